using System.Globalization;
using System.Text;

namespace Mesh.Testing;

/// <summary>
/// Calls of a <see cref="TestRoom"/> as its journal has them, refused ones too: each method leaves those of which something holds, and the
/// last counts them. Immutable; what is counted is what the journal has at that moment. Where the count is wrong, the failure says after
/// which step how many were left, and shows the journal.
/// </summary>
/// <example><code>
/// room.Calls("weather/forecast").By("ada").ApprovedBy("bob").Costing(0.02m).Once();
/// room.Calls("files/delete").Succeeding().Never();
/// </code></example>
public sealed class JournaledCalls
{
    private readonly TestRoom _room;
    private readonly Step[] _steps;

    private JournaledCalls(TestRoom room, Step[] steps)
    {
        _room = room;
        _steps = steps;
    }

    /// <summary>The entries of the calls that are left, in the order of their ends.</summary>
    public IReadOnlyList<JournalEntry> Entries
    {
        get
        {
            var left = _room.Journal.ToList(new() { Kind = JournalEntryKind.Call }).AsEnumerable();
            return [.. _steps.Aggregate(left, static (entries, step) => entries.Where(step.Holds))];
        }
    }

    /// <summary>Those that a participant made.</summary>
    /// <param name="participant">Its name.</param>
    public JournaledCalls By(string participant) => Add($"by {participant}", entry => entry.Caller == participant);

    /// <summary>Those made on behalf of a person: its own, and all that they led to, however deep.</summary>
    /// <param name="person">Its name.</param>
    public JournaledCalls For(string person) => Add($"for {person}", entry => entry.OnBehalfOf == person);

    /// <summary>Those that a person was asked about, and approved.</summary>
    /// <param name="person">Its name; <c>(room)</c> for the approver of the room.</param>
    public JournaledCalls ApprovedBy(string person) => Add($"approved by {person}", entry => _room.Approvals.Find(entry.CallId) == (person, true));

    /// <summary>Those that a person was asked about, and refused.</summary>
    /// <param name="person">Its name; <c>(room)</c> for the approver of the room.</param>
    public JournaledCalls RefusedBy(string person) => Add($"refused by {person}", entry => _room.Approvals.Find(entry.CallId) == (person, false));

    /// <summary>Those that nobody has answered for: no approval was needed, or none came.</summary>
    public JournaledCalls WithoutApproval() => Add("without an approval", entry => _room.Approvals.Find(entry.CallId) is null);

    /// <summary>Those that themselves cost this much, without the calls that they made; 0 for those that reported nothing.</summary>
    /// <param name="cost">The cost, in the currency of the host's prices.</param>
    public JournaledCalls Costing(decimal cost) =>
        Add(string.Create(CultureInfo.InvariantCulture, $"cost {cost}"), entry => (entry.Usage?.Cost ?? 0) == cost);

    /// <summary>Those that themselves used so many tokens.</summary>
    /// <param name="input">Tokens that were read.</param>
    /// <param name="output">Tokens that were written.</param>
    public JournaledCalls Using(long input, long output) => Add(
        string.Create(CultureInfo.InvariantCulture, $"{input} + {output} tokens"), entry => ((entry.Usage?.InputTokens ?? 0), (entry.Usage?.OutputTokens ?? 0)) == (input, output));

    /// <summary>Those whose arguments hold a text.</summary>
    /// <param name="text">A part of their JSON.</param>
    public JournaledCalls With(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Add($"with '{text}'", entry => entry.Payload.Arguments?.Contains(text, StringComparison.Ordinal) == true);
    }

    /// <summary>Those whose result holds a text.</summary>
    /// <param name="text">A part of it.</param>
    public JournaledCalls Giving(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Add($"giving '{text}'", entry => entry.Payload.Result?.Contains(text, StringComparison.Ordinal) == true);
    }

    /// <summary>Those that ended with a result.</summary>
    public JournaledCalls Succeeding() => Add("with a result", entry => entry.Status == CallStatus.Result);

    /// <summary>Those that ended with an error.</summary>
    /// <param name="code">Its code.</param>
    public JournaledCalls FailingWith(MeshErrorCode code) => Add($"failing with {code.Value}", entry => entry.ErrorCode == code);

    /// <summary>Those of which something else holds.</summary>
    /// <param name="what">What, as the failure says it.</param>
    /// <param name="holds">Whether it is so.</param>
    public JournaledCalls Where(string what, Func<JournalEntry, bool> holds)
    {
        ArgumentException.ThrowIfNullOrEmpty(what);
        ArgumentNullException.ThrowIfNull(holds);
        return Add(what, holds);
    }

    /// <summary>Checks that one call is left, and gives it.</summary>
    /// <exception cref="JournalAssertionException">There is none, or there are more.</exception>
    public JournalEntry Once() => Times(1)[0];

    /// <summary>Checks that no call is left.</summary>
    /// <exception cref="JournalAssertionException">There is one.</exception>
    public void Never() => Times(0);

    /// <summary>Checks how many calls are left, and gives them in the order of their ends.</summary>
    /// <param name="count">How many; at least 0.</param>
    /// <exception cref="JournalAssertionException">There are more or fewer.</exception>
    public IReadOnlyList<JournalEntry> Times(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var left = Entries;
        return left.Count == count ? left : throw new JournalAssertionException(Describe(count));
    }

    internal static JournaledCalls Of(TestRoom room, string tool)
    {
        var query = new JournalQuery { Tool = tool };
        return new(room, [new($"of {tool}", entry => tool == "*" || query.Matches(entry))]);
    }

    private JournaledCalls Add(string what, Func<JournalEntry, bool> holds) => new(_room, [.. _steps, new(what, holds)]);

    private string Describe(int count)
    {
        var entries = _room.Journal.ToList(new() { Kind = JournalEntryKind.Call });
        var text = new StringBuilder("Expected ").Append(count switch { 0 => "no call", 1 => "one call", _ => string.Create(CultureInfo.InvariantCulture, $"{count} calls") })
            .Append(' ').AppendJoin(", ", _steps.Select(step => step.What)).Append(". The journal has:\n");
        foreach (var step in _steps)
        {
            entries = [.. entries.Where(step.Holds)];
            text.Append(CultureInfo.InvariantCulture, $"{entries.Count,6} {step.What}\n");
        }

        return text.Append("The journal:\n").Append(_room.Journal.ToText()).ToString().TrimEnd();
    }

    private sealed record Step(string What, Func<JournalEntry, bool> Holds);
}
