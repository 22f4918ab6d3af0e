using Mesh.Contracts;
using static Mesh.Core.Tests.Journal.Entries;

namespace Mesh.Core.Tests.Journal;

public sealed class MemoryJournalTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 5)]
    [InlineData(3, 3)]
    [InlineData(64, 65)]
    [InlineData(100, 64)]
    [InlineData(100, 65)]
    [InlineData(100, 1_000)]
    [InlineData(130, 131)]
    public async Task The_newest_are_kept_oldest_first_and_the_others_counted(int capacity, int entries)
    {
        var journal = new MemoryJournal(capacity);
        for (int i = 1; i <= entries; i++)
        {
            await journal.AppendAsync(Call(i));
        }

        int kept = Math.Min(capacity, entries);
        Assert.Equal((entries, entries - kept), (journal.Appended, journal.Dropped));
        Assert.Equal((entries, kept, entries - kept), (journal.Calls.Appended, journal.Calls.Kept, journal.Calls.Dropped));
        Assert.Equal(Enumerable.Range(entries - kept + 1, kept).Select(Id), journal.ToList().Select(entry => entry.CallId));
    }

    [Theory]
    [InlineData(10, 7)]
    [InlineData(10, 1)]
    [InlineData(70, 3)]
    public async Task Neither_kind_crowds_the_other_out_and_sums_are_kept(int capacity, int oneCallIn)
    {
        var journal = new MemoryJournal(capacity);
        for (int i = 1; i <= 200; i++)
        {
            await journal.AppendAsync(i % oneCallIn == 0 ? Call(i) : Event(i));
        }

        var read = journal.ToList();
        var all = Enumerable.Range(1, 200);
        Assert.Equal(
            all.Where(i => i % oneCallIn == 0).TakeLast(capacity).Concat(all.Where(i => i % oneCallIn != 0).TakeLast(capacity)).Order().Select(i => (long)i),
            read.Select(entry => entry.Sequence));
        Assert.Equal(200, journal.Calls.Appended + journal.Events.Appended);
        Assert.Equal(read.Count, journal.Calls.Kept + journal.Events.Kept);
        Assert.Equal(200 - read.Count, journal.Dropped);
        Assert.Equal(read, await journal.ReadAsync(new(), Stop).ToListInTimeAsync());
        Assert.Equal(read.SkipWhile(entry => entry.Sequence <= 190), journal.ToList(new() { After = 190 }));
    }

    [Fact]
    public async Task Totals_go_on_counting_what_was_dropped()
    {
        var journal = new MemoryJournal(10);
        for (int i = 0; i < 100; i++)
        {
            await journal.AppendAsync(Call(i + 1) with { Caller = $"p{i % 3}", BytesIn = 1, Status = i % 2 == 0 ? CallStatus.Result : CallStatus.Error });
        }

        var totals = await journal.GetTotalsAsync(Stop);
        Assert.Equal((100, 50, 50, 100), (totals.All.Calls, totals.All.Results, totals.All.Errors, totals.All.BytesIn));
        Assert.Equal([34, 33, 33], totals.ByParticipant.OrderBy(each => each.Key).Select(each => each.Value.Calls));
        Assert.Equal(10, (await JournalTotals.OfAsync(journal.ReadAsync(new(), Stop))).All.Calls);
    }

    [Fact]
    public async Task Names_beyond_a_thousand_are_summed_up_together()
    {
        var journal = new MemoryJournal(10);
        for (int i = 0; i < 1_500; i++)
        {
            await journal.AppendAsync(Call(i + 1) with { Caller = $"p{i}", Room = $"r{i % 7}" });
        }

        var totals = journal.GetTotals();
        Assert.Equal((1_001, 500), (totals.ByParticipant.Count, totals.ByParticipant[JournalTotals.Others].Calls));
        Assert.All(
            (IReadOnlyDictionary<string, CallTotals>[])[totals.ByParticipant, totals.ByTool, totals.ByRoom],
            column => Assert.Equal(1_500, column.Values.Sum(each => each.Calls)));
        Assert.Equal(1_500, totals.All.Calls);
    }

    [Fact]
    public async Task Sums_that_no_type_can_hold_stay_at_the_end_of_it()
    {
        var journal = new MemoryJournal();
        for (int i = 1; i <= 3; i++)
        {
            await journal.AppendAsync(Call(i) with { BytesOut = long.MaxValue, Duration = TimeSpan.MaxValue, Usage = new(long.MaxValue, 1, decimal.MaxValue) });
        }

        var all = journal.GetTotals().All;
        Assert.Equal((3, long.MaxValue, TimeSpan.MaxValue), (all.Calls, all.BytesOut, all.Duration));
        Assert.Equal((long.MaxValue, 3, decimal.MaxValue), (all.InputTokens, all.OutputTokens, all.Cost));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1_000, 2)]
    [InlineData(1_100, 2)]
    [InlineData(1_000_000, 5)]
    public async Task Payloads_hold_to_their_limit_the_oldest_go_first(long limit, int kept)
    {
        var journal = new MemoryJournal(5, limit);
        for (int i = 1; i <= 20; i++)
        {
            // 250 characters, 500 bytes.
            await journal.AppendAsync(Call(i) with { Payload = new(JournalCapture.Full, new string('x', 150), new string('y', 100)) });
        }

        var payloads = journal.ToList().Select(entry => entry.Payload).ToList();
        Assert.Equal([.. Enumerable.Repeat(false, 5 - kept), .. Enumerable.Repeat(true, kept)], payloads.Select(payload => payload.Arguments is not null));
        Assert.All(payloads, payload => Assert.Equal(payload.Result is null, payload.ResultNote == "dropped: the journal's limit for payloads was reached"));
    }

    [Fact]
    public async Task Payloads_and_entries_without_any_may_be_mixed()
    {
        var journal = new MemoryJournal(7, 1_000);
        for (int i = 1; i <= 500; i++)
        {
            await journal.AppendAsync(i % 3 == 0 ? Call(i) : Call(i) with { Payload = new(JournalCapture.Full, new string('x', i % 5 * 100)) });
            Assert.InRange(journal.ToList().Sum(entry => 2 * (entry.Payload.Arguments?.Length ?? 0)), 0, 1_000);
        }
    }

    [Fact]
    public async Task A_slow_watch_is_told_exactly_how_many_it_has_missed()
    {
        var journal = new MemoryJournal(100);
        await using var watch = journal.WatchAsync(new() { After = 0 }, Stop).GetAsyncEnumerator(Stop);
        await journal.AppendAsync(Call(1));
        Assert.True(await watch.MoveNextAsync().InTime());
        for (int i = 2; i <= 1_000; i++)
        {
            await journal.AppendAsync(i % 10 == 0 ? Call(i) : Event(i));
        }

        long seen = 1, missed = 0, last = 1;
        while (last < 1_000)
        {
            Assert.True(await watch.MoveNextAsync().InTime());
            var entry = watch.Current;
            Assert.Equal(last + Math.Max(1, entry.Lagged), entry.Sequence);
            (seen, missed, last) = (seen + (entry.Lagged > 0 ? 0 : 1), missed + entry.Lagged, entry.Sequence);
        }

        // The 100 newest of each kind are still there.
        Assert.Equal((1_000, 201), (seen + missed, seen));
    }

    [Fact]
    public async Task What_a_watch_has_missed_it_is_told_also_when_nothing_else_matches()
    {
        var journal = new MemoryJournal(1);
        for (int i = 1; i <= 5; i++)
        {
            await journal.AppendAsync(Call(i));
        }

        await using var watch = journal.WatchAsync(new() { After = 2, Room = "hall" }, Stop).GetAsyncEnumerator(Stop);
        Assert.True(await watch.MoveNextAsync().InTime());
        Assert.Equal((2, 4, "", RoomEventKinds.Lagged), (watch.Current.Lagged, watch.Current.Sequence, watch.Current.Room, watch.Current.Event?.Kind));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(10_000_001, 1)]
    [InlineData(1, -1)]
    public void Limits_that_make_no_sense_are_refused(int capacity, long payloadBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryJournal(capacity, payloadBytes));
}
