namespace Mesh;

/// <summary>
/// Sums over the calls of a journal, refused ones too: of all, and by who called, by tool and by room. Each of the three
/// adds up to all. What models used is told by model besides. Immutable.
/// </summary>
public sealed record JournalTotals
{
    /// <summary>
    /// The key of all that have none of their own: those beyond the first 1,000 of their kind, and calls that were refused
    /// before a tool was found, whose address may be anything. No tool and no room has this name.
    /// </summary>
    public const string Others = "*";

    /// <summary>How many participants, tools and rooms have sums of their own.</summary>
    internal const int MostKeys = 1_000;

    /// <summary>Of all calls.</summary>
    public CallTotals All { get; init; } = CallTotals.None;

    /// <summary>By the name of the participant that called, in all rooms together.</summary>
    public IReadOnlyDictionary<string, CallTotals> ByParticipant { get; init; } = NoTotals;

    /// <summary>By <c>toolkit/tool</c>, whoever served the call.</summary>
    public IReadOnlyDictionary<string, CallTotals> ByTool { get; init; } = NoTotals;

    /// <summary>By the room's name, over all of its sessions.</summary>
    public IReadOnlyDictionary<string, CallTotals> ByRoom { get; init; } = NoTotals;

    /// <summary>
    /// By the name of a model: the calls that reported to have used it, their tokens and their cost of it. Neither times nor bytes
    /// are in these sums, nor what was reported without a model.
    /// </summary>
    public IReadOnlyDictionary<string, CallTotals> ByModel { get; init; } = NoTotals;

    private static Dictionary<string, CallTotals> NoTotals { get; } = [];

    /// <summary>Sums entries up; events are passed over.</summary>
    /// <param name="entries">The entries.</param>
    public static JournalTotals Of(IEnumerable<JournalEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var book = new TotalsBook();
        foreach (var entry in entries)
        {
            book.AddCall(in entry);
        }

        return book.Take().ToTotals();
    }

    /// <inheritdoc cref="Of"/>
    public static async ValueTask<JournalTotals> OfAsync(IAsyncEnumerable<JournalEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var book = new TotalsBook();
        await foreach (var entry in entries.ConfigureAwait(false))
        {
            book.AddCall(in entry);
        }

        return book.Take().ToTotals();
    }
}
