using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>
/// What every journal does, wherever it keeps its entries: order, queries, waiting, watching, totals. A journal passes
/// it by deriving a class from it.
/// </summary>
public abstract class JournalContract
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    // Tests use it from many threads at once, from the first moment on.
    private readonly Lazy<IJournal> _journal;

    protected JournalContract() => _journal = new(Create);

    protected IJournal Journal => _journal.Value;

    /// <summary>An empty journal that has room for at least 1,000 entries of each kind.</summary>
    protected abstract IJournal Create();

    [Fact]
    public async Task Entries_are_numbered_from_1_and_read_oldest_first()
    {
        Assert.Empty(await ReadAsync());
        await AppendAsync(Call(1), Event("ada"), Call(2) with { Sequence = 77 });
        var entries = await ReadAsync();
        Assert.Equal([1, 2, 3], entries.Select(entry => entry.Sequence));
        Assert.Equal([JournalEntryKind.Call, JournalEntryKind.Event, JournalEntryKind.Call], entries.Select(entry => entry.Kind));
        Assert.Equal([Id(1), default, Id(2)], entries.Select(entry => entry.CallId));
    }

    [Fact]
    public async Task A_call_comes_back_as_it_was()
    {
        var call = new JournalEntry
        {
            CallId = Id(3),
            ParentId = Id(2),
            RootId = Id(1),
            Attempt = 2,
            Room = "den",
            Session = Id(9),
            Caller = "bob \"the\" builder ☃",
            CallerId = Id(8),
            OnBehalfOf = "ada",
            Target = "files/read@librarian",
            Provider = "librarian",
            ContractHash = new('a', 64),
            StartedAt = Noon.AddTicks(1),
            Duration = TimeSpan.FromTicks(12_345),
            BytesIn = 4_000_000_000,
            BytesOut = 5,
            Status = CallStatus.Unknown,
            ErrorCode = MeshErrorCode.ProviderLost,
            Usage = new CallUsage(long.MaxValue, 2, 0.1m),
            Payload = new JournalPayload(JournalCapture.Full, "{\"a\":\"\\ud800\"}", null) { ResultNote = "cut" },
        };
        await AppendAsync(call, Call(1));
        var read = await ReadAsync();
        Assert.Equal(call with { Sequence = 1 }, read[0]);
        Assert.Equal(Call(1) with { Sequence = 2 }, read[1]);
    }

    [Fact]
    public async Task An_event_comes_back_as_it_was()
    {
        var e = new RoomEvent(Id(9), 12, Noon, "weather.changed", JsonElementOf("""{"name":"ada","sky":["grey"]}"""));
        var lag = new RoomEvent(Id(9), 40, Noon, RoomEventKinds.Lagged, default(JsonElement)) { Lagged = 28 };
        await AppendAsync(JournalEntry.OfEvent("den", e), JournalEntry.OfEvent("den", lag), Event("ada"));
        var read = await ReadAsync();
        Assert.Equal(("den", Id(9), Noon, null), (read[0].Room, read[0].Session, read[0].StartedAt, read[0].Caller));
        Assert.Equal((e.Sequence, e.Time, e.Kind, e.Lagged), (read[0].Event!.Sequence, read[0].Event!.Time, read[0].Event!.Kind, read[0].Event!.Lagged));
        Assert.Equal("grey", read[0].Event!.Payload.GetProperty("sky")[0].GetString());
        Assert.Equal((28, 40), (read[1].Lagged, read[1].Event!.Sequence));
        Assert.Equal(("ada", "ada"), (read[2].Caller, read[2].Event!.Participant?.Name));
    }

    public static TheoryData<string, JournalQuery, long[]> Queries => new()
    {
        { "all", new(), [1, 2, 3, 4, 5, 6] },
        { "calls", new() { Kind = JournalEntryKind.Call }, [2, 3, 5, 6] },
        { "events", new() { Kind = JournalEntryKind.Event }, [1, 4] },
        { "room", new() { Room = "den" }, [1, 2, 3, 4] },
        { "session", new() { Session = Id(100) }, [1, 2, 3, 4] },
        { "caller", new() { Participant = "bob" }, [2, 4, 5] },
        { "provider", new() { Participant = "librarian" }, [2] },
        { "on behalf of", new() { Participant = "eve" }, [3] },
        { "tool", new() { Tool = "files/read" }, [2] },
        { "tool pattern", new() { Tool = "files/*" }, [2, 3] },
        { "from", new() { From = Noon.AddSeconds(3) }, [3, 4, 5, 6] },
        { "to", new() { To = Noon.AddSeconds(3) }, [1, 2] },
        { "status", new() { Status = CallStatus.Result }, [2, 6] },
        { "code", new() { ErrorCode = MeshErrorCode.NotGranted }, [3] },
        { "tree", new() { Tree = Id(2) }, [2, 3] },
        { "after", new() { After = 4 }, [5, 6] },
        { "limit", new() { Limit = 2 }, [1, 2] },
        { "after and limit", new() { After = 1, Limit = 2, Kind = JournalEntryKind.Call }, [2, 3] },
        { "beyond the end", new() { After = 6 }, [] },
        { "several", new() { Room = "den", Kind = JournalEntryKind.Call, Status = CallStatus.Error }, [3] },
        { "nothing", new() { Room = "den", Tool = "maps/*" }, [] },
        { "other case", new() { Room = "DEN" }, [] },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task A_query_finds_what_matches_all_of_it(string name, JournalQuery query, long[] found)
    {
        await AppendAsync(
            Event("ada"),
            Call(2) with { StartedAt = Noon.AddSeconds(2), Caller = "bob", Provider = "librarian", Target = "files/read" },
            Call(3) with { StartedAt = Noon.AddSeconds(3), ParentId = Id(2), RootId = Id(2), OnBehalfOf = "eve", Target = "files/write@ivy", Status = CallStatus.Error, ErrorCode = MeshErrorCode.NotGranted },
            Event("bob", seconds: 4),
            Call(5) with { StartedAt = Noon.AddSeconds(5), Caller = "bob", Room = "hall", Session = Id(200), Status = CallStatus.Cancelled, ErrorCode = MeshErrorCode.Cancelled },
            Call(6) with { StartedAt = Noon.AddSeconds(6), Room = "hall", Session = Id(200), Target = "maps/read" });
        var read = await ReadAsync(query);
        Assert.True(found.SequenceEqual(read.Select(entry => entry.Sequence)), $"{name}: {string.Join(", ", read.Select(entry => entry.Sequence))}");
    }

    [Fact]
    public async Task Reading_is_of_what_was_there_when_it_began()
    {
        await AppendAsync([.. Enumerable.Range(1, 300).Select(Call)]);
        var read = new List<long>();
        await foreach (var entry in Journal.ReadAsync(JournalQuery.All))
        {
            read.Add(entry.Sequence);
            await AppendAsync(Call(1));
        }

        Assert.Equal(Enumerable.Range(1, 300).Select(i => (long)i), read);
    }

    [Fact]
    public async Task Appending_from_many_sides_loses_none_and_numbers_each()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(side => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await Journal.AppendAsync(i % 2 == 0 ? Call((side * 100) + i + 1) : Event($"p{side}"));
            }
        }))).InTime();
        var read = await ReadAsync();
        Assert.Equal(Enumerable.Range(1, 800).Select(i => (long)i), read.Select(entry => entry.Sequence));
        Assert.Equal(400, read.Where(entry => entry.Kind == JournalEntryKind.Call).Select(entry => entry.CallId).Distinct().Count());
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_entry_or_with_its_token()
    {
        Assert.Equal(0, await Journal.WaitAsync(-1).InTime());
        var first = Journal.WaitAsync(0).AsTask();
        var second = Journal.WaitAsync(1).AsTask();
        using var cancel = new CancellationTokenSource();
        var cancelled = Journal.WaitAsync(0, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.InTime());
        Assert.False(first.IsCompleted);
        await AppendAsync(Call(1));
        Assert.Equal(1, await first.InTime());
        await AppendAsync(Call(2));
        Assert.Equal(2, await second.InTime());
        Assert.Equal(2, await Journal.WaitAsync(0).InTime());
    }

    [Fact]
    public async Task A_watch_gets_what_matches_as_it_comes()
    {
        await AppendAsync(Call(1));
        await using var watch = Journal.WatchAsync(new() { After = 0, Tool = "files/*" }).GetAsyncEnumerator();
        var first = watch.MoveNextAsync();
        await AppendAsync(Call(2), Event("ada"), Call(3) with { Target = "files/read" });
        Assert.True(await first.InTime());
        Assert.Equal(4, watch.Current.Sequence);
        var second = watch.MoveNextAsync();
        await AppendAsync([.. Enumerable.Range(4, 300).Select(Call), Call(5) with { Target = "files/write" }]);
        Assert.True(await second.InTime());
        Assert.Equal((305, 0), (watch.Current.Sequence, watch.Current.Lagged));
    }

    [Fact]
    public async Task A_watch_begins_now_unless_it_is_told_otherwise_and_ends_with_its_limit()
    {
        await AppendAsync(Call(1), Call(2));
        await using var fromNow = Journal.WatchAsync(new() { Limit = 2 }).GetAsyncEnumerator();
        var first = fromNow.MoveNextAsync();
        await AppendAsync(Call(3), Call(4), Call(5));
        Assert.True(await first.InTime());
        Assert.InRange(fromNow.Current.Sequence, 3, 4);
        Assert.True(await fromNow.MoveNextAsync().InTime());
        Assert.False(await fromNow.MoveNextAsync().InTime());
        Assert.Equal([2, 3], (await Journal.WatchAsync(new() { After = 1, Limit = 2 }).ToListInTimeAsync()).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task A_watch_ends_with_its_token()
    {
        using var cancel = new CancellationTokenSource();
        await using var watch = Journal.WatchAsync(cancellationToken: cancel.Token).GetAsyncEnumerator();
        var next = watch.MoveNextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.InTime());
    }

    [Fact]
    public async Task Reading_ends_with_its_token()
    {
        await AppendAsync(Call(1), Call(2));
        using var cancel = new CancellationTokenSource();
        await using var reader = Journal.ReadAsync(JournalQuery.All, cancel.Token).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync().InTime());
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await reader.MoveNextAsync().InTime())
            {
                Assert.InRange(reader.Current.Sequence, 1, 2);
            }
        });
    }

    [Fact]
    public async Task Totals_add_up_by_participant_tool_and_room()
    {
        await AppendAsync(
            Call(1) with { Duration = TimeSpan.FromSeconds(1), BytesIn = 10, BytesOut = 100, Usage = new(5, 6, 0.5m) },
            Call(2) with { Caller = "bob", Status = CallStatus.Error, ErrorCode = MeshErrorCode.NotGranted, BytesIn = 1 },
            Call(3) with { Caller = "bob", Room = "hall", Status = CallStatus.Cancelled, Usage = new(1, 1, 0.25m) },
            Event("ada"),
            Call(4) with { Target = "maps/read", Status = CallStatus.Unknown, Duration = TimeSpan.FromSeconds(2) },
            Call(5) with { Target = "made/up", ContractHash = null, Status = CallStatus.Error });
        var totals = await Journal.GetTotalsAsync().InTime();
        Assert.Equal(
            new CallTotals { Results = 1, Errors = 2, Cancelled = 1, Unknown = 1, Duration = TimeSpan.FromSeconds(3), BytesIn = 11, BytesOut = 100, InputTokens = 6, OutputTokens = 7, Cost = 0.75m },
            totals.All);
        Assert.Equal(5, totals.All.Calls);
        Assert.Equal(["ada 3", "bob 2"], Counts(totals.ByParticipant));
        Assert.Equal(["* 1", "kit/leaf 3", "maps/read 1"], Counts(totals.ByTool));
        Assert.Equal(["den 4", "hall 1"], Counts(totals.ByRoom));
        Assert.Equal(new CallTotals { Errors = 1, Cancelled = 1, BytesIn = 1, InputTokens = 1, OutputTokens = 1, Cost = 0.25m }, totals.ByParticipant["bob"]);
        Assert.Equal(CallTotals.None, JournalTotals.Of([Event("ada")]).All);
    }

    [Fact]
    public async Task Totals_of_a_tree_are_of_its_calls_alone()
    {
        await AppendAsync(Call(1), Call(2) with { ParentId = Id(1), RootId = Id(1), Status = CallStatus.Error }, Call(3));
        var totals = await Journal.GetTreeTotalsAsync(Id(1)).InTime();
        Assert.Equal(new CallTotals { Results = 1, Errors = 1 }, totals.All);
        Assert.Equal(CallTotals.None, (await Journal.GetTreeTotalsAsync(Id(77)).InTime()).All);
    }

    [Fact]
    public async Task It_tells_its_story_as_text()
    {
        await AppendAsync(Event("ada"), Call(1));
        string text = await Journal.ToTextAsync().InTime();
        Assert.Contains("● participant.joined ada (user)", text, StringComparison.Ordinal);
        Assert.Contains("ada → kit/leaf", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_makes_no_sense_is_refused_at_once()
    {
        Assert.Throws<ArgumentNullException>(() => Journal.ReadAsync(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new JournalQuery { After = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new JournalQuery { Limit = 0 });
    }

    protected static MeshId Id(int number) => new(7, (ulong)number);

    /// <summary>A call that ada makes in the den; the root of a tree of its own.</summary>
    protected static JournalEntry Call(int number) => new()
    {
        CallId = Id(number),
        RootId = Id(number),
        Room = "den",
        Session = Id(100),
        Caller = "ada",
        CallerId = Id(8),
        Target = "kit/leaf",
        ContractHash = "c0ffee",
        StartedAt = Noon,
    };

    /// <summary>The joining of a person in the den.</summary>
    protected static JournalEntry Event(string participant, int seconds = 1) => JournalEntry.OfEvent(
        "den",
        new RoomEvent(Id(100), 1, Noon.AddSeconds(seconds), RoomEventKinds.ParticipantJoined, JsonElementOf($$"""{"id":"{{Id(5)}}","name":"{{participant}}","role":"user"}""")));

    protected async Task AppendAsync(params IEnumerable<JournalEntry> entries)
    {
        foreach (var entry in entries)
        {
            await Journal.AppendAsync(entry).InTime();
        }
    }

    protected Task<IReadOnlyList<JournalEntry>> ReadAsync(JournalQuery? query = null) => Journal.ReadAsync(query ?? JournalQuery.All).ToListInTimeAsync();

    private static JsonElement JsonElementOf(string json) => JsonElement.Parse(json);

    private static IEnumerable<string> Counts(IReadOnlyDictionary<string, CallTotals> totals) =>
        totals.Select(each => $"{each.Key} {each.Value.Calls}").Order(StringComparer.Ordinal);
}
