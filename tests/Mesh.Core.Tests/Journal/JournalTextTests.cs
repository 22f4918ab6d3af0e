using System.Globalization;
using static Mesh.Core.Tests.Journal.Entries;

namespace Mesh.Core.Tests.Journal;

public sealed class JournalTextTests
{
    [Fact]
    public void Calls_stand_below_the_one_that_made_them_and_events_between_the_trees()
    {
        JournalEntry[] entries =
        [
            Event(1, RoomEventKinds.ParticipantJoined, """{"name":"bob","role":"agent"}""") with { Sequence = 1 },
            Call(3, parent: 2, root: 1) with { Sequence = 2, Caller = "ivy", OnBehalfOf = "bob", Target = "c/deep", StartedAt = Noon.AddMilliseconds(2) },
            Event(2, RoomEventKinds.ToolkitRegistered, """{"toolkit":"kit","participant":"ivy","tools":["a","b"]}""") with { Sequence = 3 },
            Call(2, parent: 1, root: 1) with { Sequence = 4, Caller = "eve", OnBehalfOf = "bob", Target = "b/middle", Status = CallStatus.Error, ErrorCode = MeshErrorCode.HandlerFailed, Duration = TimeSpan.FromMilliseconds(1_234.56) },
            Call(4, parent: 1, root: 1) with { Sequence = 5, Caller = "eve", OnBehalfOf = "bob", Target = "b/other", Attempt = 2, Usage = new(1_200, 34, 0.0125m) },
            Call(1) with { Sequence = 6, Provider = "eve", OnBehalfOf = "bob", BytesIn = 12_345, BytesOut = 7 },
            Event(3, RoomEventKinds.ParticipantLeft, """{"participant":{"name":"bob"},"reason":"left"}""") with { Sequence = 7, StartedAt = Noon.AddDays(1) },
            Call(9, parent: 8, root: 8) with { Sequence = 8, StartedAt = Noon.AddDays(1), Status = CallStatus.Unknown, ErrorCode = MeshErrorCode.ProviderLost },
        ];
        const string Expected = """
            #  2030-01-01    room  what                                    by        ms      in  out  ended as
            1  12:00:00.000  den   ● participant.joined bob (agent)
            3  12:00:00.000  den   ● toolkit.registered kit of ivy (a, b)
            6  12:00:00.000  den   bob → a/b                               eve      0.0  12,345    7  result
            4  12:00:00.000  den     eve for bob → b/middle                     1,234.6       0    0  handler_failed
            2  12:00:00.002  den       ivy for bob → c/deep                         0.0       0    0  result
            5  12:00:00.000  den     eve for bob → b/other                          0.0       0    0  result, attempt 2, 1,200 + 34 tokens, cost 0.0125
               2030-01-02
            7  12:00:00.000  den   ● participant.left bob (left)
            8  12:00:00.000  den   … bob → a/b                                      0.0       0    0  unknown: provider_lost

            """;
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            odd.NumberFormat = new() { NumberDecimalSeparator = "~", NumberGroupSeparator = "_", NegativeSign = "!" };
            odd.DateTimeFormat = new() { TimeSeparator = "~", DateSeparator = "_" };
            CultureInfo.CurrentCulture = odd;
            Assert.Equal(Expected.ReplaceLineEndings("\n"), entries.ToText());
            Assert.Equal(entries.ToText(), entries.Reverse().ToText());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void A_table_has_the_calls_alone_as_they_come()
    {
        JournalEntry[] entries =
        [
            Call(1) with { Provider = "eve", BytesIn = 3, BytesOut = 1_000_000, Duration = TimeSpan.FromMilliseconds(0.3) },
            Event(1),
            Call(2) with { Caller = "the other one", Target = "kit/tool@eve", Status = CallStatus.Cancelled, ErrorCode = MeshErrorCode.Cancelled },
        ];
        const string Expected = """
            caller         tool          by    ms  in        out  ended as
            bob            a/b           eve  0.3   3  1,000,000  result
            the other one  kit/tool@eve       0.0   0          0  cancelled

            """;
        Assert.Equal(Expected.ReplaceLineEndings("\n"), entries.ToTable());
    }

    [Fact]
    public void What_would_control_a_terminal_or_forge_a_line_is_replaced_and_long_cells_are_cut()
    {
        string text = ((JournalEntry[])[Call(1) with { Target = "a/b\n#2 forged\e[31m\u202e\u2028\ud800" + new string('x', 1_000) }]).ToText();
        Assert.Equal(2, text.Count(c => c == '\n'));
        Assert.DoesNotContain('\e', text);
        Assert.DoesNotContain('\u202e', text);
        Assert.DoesNotContain('\u2028', text);
        Assert.Contains("a/b\uFFFD#2 forged\uFFFD[31m\uFFFD\uFFFD\uFFFDxxx", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 100, 400);
    }

    [Fact]
    public void Calls_that_name_each_other_or_themselves_as_parents_are_there_once()
    {
        string text = ((JournalEntry[])[Call(1, parent: 2), Call(2, parent: 1), Call(3, parent: 3), Call(4) with { CallId = default }, Call(1, parent: 2)]).ToText();
        Assert.Equal(6, text.Count(c => c == '\n'));
    }

    [Fact]
    public void Calls_that_nest_without_end_are_told_in_bounded_lines()
    {
        string text = Enumerable.Range(1, 5_000).Select(i => Call(i, parent: i - 1, root: 1)).ToText();
        Assert.Equal(5_001, text.Count(c => c == '\n'));
        Assert.True(text.Split('\n').All(line => line.Length < 200));
    }

    [Fact]
    public void Nothing_is_a_line_of_headings() => Assert.Equal("#  time  room  what  by  ms  in  out  ended as\n", Array.Empty<JournalEntry>().ToText());

    [Fact]
    public async Task A_journal_in_memory_tells_its_text_at_once()
    {
        var journal = new MemoryJournal();
        await journal.AppendAsync(Call(1));
        await journal.AppendAsync(Call(2) with { Room = "hall" });
        Assert.Equal(await journal.ToTextAsync(new() { Room = "hall" }, TestContext.Current.CancellationToken), journal.ToText(new() { Room = "hall" }));
        Assert.Contains("hall", journal.ToText(), StringComparison.Ordinal);
    }
}
