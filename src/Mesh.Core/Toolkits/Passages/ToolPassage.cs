using System.Text.Json;

namespace Mesh;

/// <summary>
/// A way on which values of one type go into a tool, and its results out of it, without JSON. Its guards stand for the
/// tool's schemas: it exists only where tool, schemas and values are described by the same metadata. Immutable.
/// </summary>
internal abstract class ToolPassage
{
    /// <summary>Whether arguments satisfy the tool's input schema.</summary>
    /// <param name="call">What goes by reference.</param>
    /// <param name="maxBytes">How large the JSON of the arguments may be.</param>
    public abstract bool Accepts(PassedCall call, int maxBytes);
}

/// <summary>
/// Where the calls of one handle find their passage into whichever tool serves them. It remembers what the last call was
/// led to: mostly that serves the next one too.
/// </summary>
internal abstract class PassageSource
{
    private Resolved? _resolved;
    private Known? _known;

    /// <summary>What the address of the calls led to the last time, unless something was registered or withdrawn since.</summary>
    public ToolInstance? Recall(ToolRegistry tools)
    {
        var resolved = _resolved;
        return resolved is not null && resolved.Tools == tools && resolved.Version == tools.Version ? resolved.Instance : null;
    }

    /// <param name="tools">The registry.</param>
    /// <param name="version">The version of the registry before it was asked.</param>
    /// <param name="instance">What it answered.</param>
    public void Remember(ToolRegistry tools, int version, ToolInstance instance) => _resolved = new(tools, version, instance);

    /// <summary>The passage; null when there is none.</summary>
    public ToolPassage? Find(ToolInstance instance)
    {
        var known = _known;
        if (known is null || known.Instance != instance)
        {
            _known = known = new(instance, FindAnew(instance));
        }

        return known.Passage;
    }

    protected abstract ToolPassage? FindAnew(ToolInstance instance);

    private sealed record Resolved(ToolRegistry Tools, int Version, ToolInstance Instance);

    private sealed record Known(ToolInstance Instance, ToolPassage? Passage);
}

/// <summary>The same for calls of given types.</summary>
/// <param name="arguments">The type of the arguments.</param>
/// <param name="result">The type of the result.</param>
/// <param name="isWrapped">Whether the arguments are, as JSON, the one property of an object.</param>
internal sealed class PassageSource<TArguments, TResult>(PassedType<TArguments> arguments, PassedType<TResult> result, bool isWrapped) : PassageSource
{
    public PassedType<TResult> Result => result;

    /// <summary>Writes the arguments as JSON.</summary>
    public byte[] Write(TArguments value) => isWrapped ? AgentInput.ToUtf8(value, arguments.Info) : JsonSerializer.SerializeToUtf8Bytes(value, arguments.Info);

    protected override ToolPassage? FindAnew(ToolInstance instance) =>
        instance.Invoker.FindPassage(instance.Contract, arguments, result);
}
