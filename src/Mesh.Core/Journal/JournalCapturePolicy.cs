namespace Mesh;

/// <summary>
/// How much the journal keeps of the arguments and results of a room's calls: one level for all, and others for tools by
/// their names. Immutable. A tool may set a limit of its own (<see cref="ToolDefinition.MaxJournalCapture"/>); the lesser
/// of the two holds. With <see cref="JournalCapture.Full"/> for all, the journal also keeps the attributes of participants
/// in the room's events.
/// </summary>
/// <example><code>
/// new JournalCapturePolicy(JournalCapture.Redacted)
///     .With("files/read", JournalCapture.Hash)
///     .With("files/*", JournalCapture.Full)
/// </code></example>
public sealed class JournalCapturePolicy
{
    private readonly (string Tools, JournalCapture Capture)[] _rules;

    /// <summary>A policy that treats all tools the same.</summary>
    /// <param name="all">How much to keep.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is none of the levels.</exception>
    public JournalCapturePolicy(JournalCapture all)
        : this(all, [])
    {
    }

    private JournalCapturePolicy(JournalCapture all, (string Tools, JournalCapture Capture)[] rules)
    {
        Default = Check(all, nameof(all));
        _rules = rules;
    }

    /// <summary>How much is kept of tools that no rule covers.</summary>
    public JournalCapture Default { get; }

    /// <summary>The same policy with one more rule behind those that it has.</summary>
    /// <param name="tools">A pattern of <c>toolkit/tool</c>, in which <c>*</c> stands for any run of characters.</param>
    /// <param name="capture">How much to keep of the tools that it covers and no earlier rule does.</param>
    /// <exception cref="ArgumentException">The pattern is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The level is none of the levels.</exception>
    public JournalCapturePolicy With(string tools, JournalCapture capture)
    {
        ArgumentException.ThrowIfNullOrEmpty(tools);
        return new(Default, [.. _rules, (tools, Check(capture, nameof(capture)))]);
    }

    /// <summary>How much is kept of a tool: by the first rule that covers it.</summary>
    /// <param name="path"><c>toolkit/tool</c>.</param>
    public JournalCapture Of(ReadOnlySpan<char> path)
    {
        foreach (var (tools, capture) in _rules)
        {
            if (AllowList.Matches(tools, path))
            {
                return capture;
            }
        }

        return Default;
    }

    private static JournalCapture Check(JournalCapture capture, string name) => Enum.IsDefined(capture)
        ? capture
        : throw new ArgumentOutOfRangeException(name, capture, "There is no such level of capture.");
}
