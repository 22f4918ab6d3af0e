using System.Globalization;

namespace Mesh;

/// <summary>
/// Entries of a journal as text for a person: columns two spaces apart and as wide as what is in them, numbers as the
/// invariant culture writes them, times in UTC, lines that end with a line feed. The same entries make the same text. What
/// could control a terminal or forge a line is replaced; cells are cut at 100 characters.
/// </summary>
public static class JournalText
{
    /// <summary>
    /// The story that entries tell: events and calls in the order of their sequence numbers, a call where it ended, with
    /// the calls that it made indented below it. A call that was made in one that is not among the entries begins with …
    /// </summary>
    /// <param name="entries">The entries, such as those of one tree, of one room, or of a whole journal.</param>
    public static string ToText(this IEnumerable<JournalEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var rows = CallTrees.InOrder(entries);
        string day = rows.Count == 0 ? "time" : Day(rows[0].Entry);
        var table = new TextTable(["#", day, "room", "what", "by", "ms", "in", "out", "ended as"], rightAligned: [0, 5, 6, 7]);
        foreach (var (entry, depth, isOrphan) in rows)
        {
            if (Day(entry) is var itsDay && itsDay != day)
            {
                table.Add("", day = itsDay);
            }

            string what = entry.Event is { } e ? JournalEventText.Of(e) : $"{(isOrphan ? "… " : "")}{Call(entry)}";
            table.Add([
                Number(entry.Sequence), Text(entry.StartedAt, "HH:mm:ss.fff"), entry.Room, what.Indent(depth),
                .. entry.Kind == JournalEntryKind.Call ? Measures(entry) : []]);
        }

        return table.ToString();
    }

    /// <summary>The calls among entries, one a line, in the order in which they come; events are passed over.</summary>
    /// <param name="entries">The entries.</param>
    public static string ToTable(this IEnumerable<JournalEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var table = new TextTable(["caller", "tool", "by", "ms", "in", "out", "ended as"], rightAligned: [3, 4, 5]);
        foreach (var entry in entries.Where(entry => entry.Kind == JournalEntryKind.Call))
        {
            table.Add([entry.Caller ?? "", entry.Target.ToString(), .. Measures(entry)]);
        }

        return table.ToString();
    }

    internal static string Line(in JournalEntry entry) => entry.Event is { } e
        ? $"#{Number(entry.Sequence)} {entry.Room}: {JournalEventText.Of(e)}"
        : $"#{Number(entry.Sequence)} {entry.Room}: {Call(entry)}: {End(entry)}";

    private static string[] Measures(in JournalEntry entry) =>
    [
        entry.Provider ?? "", entry.Duration.TotalMilliseconds.ToString("N1", CultureInfo.InvariantCulture), Number(entry.BytesIn), Number(entry.BytesOut), End(entry),
    ];

    private static string Call(in JournalEntry entry) =>
        $"{entry.Caller}{(entry.OnBehalfOf is { } person && person != entry.Caller ? $" for {person}" : "")} → {entry.Target}";

    private static string End(in JournalEntry entry)
    {
        string end = entry.Status switch
        {
            CallStatus.Result => "result",
            CallStatus.Unknown => $"unknown: {entry.ErrorCode}",
            _ => entry.ErrorCode?.ToString() ?? "error",
        };
        string attempt = entry.Attempt > 1 ? $", attempt {Number(entry.Attempt)}" : "";
        string usage = entry.Usage is { } used ? $", {Number(used.InputTokens)} + {Number(used.OutputTokens)} tokens{Cost(used)}" : "";
        return end + attempt + usage;
    }

    private static string Cost(CallUsage usage) => usage.Cost == 0 ? "" : $", cost {usage.Cost.ToString("0.####", CultureInfo.InvariantCulture)}";

    private static string Day(in JournalEntry entry) => Text(entry.StartedAt, "yyyy-MM-dd");

    private static string Text(DateTimeOffset time, string format) => time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Indent(this string text, int depth) => new string(' ', 2 * depth) + text;
}
