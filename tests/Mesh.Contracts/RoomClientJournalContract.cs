using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>What happens in a room is in the journal, in one sequence, with what its handlers report.</summary>
public abstract class RoomClientJournalContract : RoomClientContract
{
    [Fact]
    public async Task Events_and_calls_are_in_one_sequence()
    {
        var ada = await OfferAsync("ada", Tool.Create("leaf", () => "leaf"));
        var bob = await JoinAsync("bob");
        await bob.Toolkits.InvokeAsync<string>("kit/leaf").InTime();
        await ada.DisposeAsync().InTime();
        await bob.DisposeAsync().InTime();
        await Host.RetireRoomAsync(Den).InTime();

        var entries = Journal.ToList();
        Assert.Equal(
            [
                "participant.joined ada", "toolkit.registered ada", "room/registerToolkit ada", "participant.joined bob", "kit/leaf bob",
                "toolkit.unregistered ada", "participant.left ada", "participant.left bob", "room.retiring ",
            ],
            entries.Select(entry => $"{entry.Event?.Kind ?? entry.Target.Path} {entry.Caller}"));
        Assert.Equal(Enumerable.Range(1, 9).Select(i => (long)i), entries.Select(entry => entry.Sequence));
        Assert.All(entries, entry => Assert.Equal((Den, bob.Session, Clock.GetUtcNow()), (entry.Room, entry.Session, entry.StartedAt)));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], entries.Where(entry => entry.Event is not null).Select(entry => entry.Event!.Sequence));
        Assert.Equal(ParticipantRole.Agent, entries[0].Event!.Participant!.Role);
    }

    [Fact]
    public async Task An_event_is_in_the_journal_when_what_made_it_is_done()
    {
        var bob = await JoinAsync("bob");
        Assert.Equal(1, Journal.Events.Appended);
        await bob.Participants.SetAttributesAsync(new Dictionary<string, JsonElement?> { ["mood"] = Json("\"secret\"") }).InTime();
        var changed = Journal.ToList(new() { Kind = JournalEntryKind.Event })[^1];
        Assert.Equal((RoomEventKinds.ParticipantChanged, "bob", 0), (changed.Event!.Kind, changed.Caller, changed.Event.Participant!.Attributes.Count));
        Assert.DoesNotContain("secret", changed.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_are_kept_where_everything_is()
    {
        StartHostWithRoom(new() { JournalCapture = new(JournalCapture.Full) });
        var bob = await JoinAsync("bob");
        await bob.Participants.SetAttributesAsync(new Dictionary<string, JsonElement?> { ["mood"] = Json("\"calm\"") }).InTime();
        var change = Assert.Single(Journal.ToList(), entry => entry.Event?.Kind == RoomEventKinds.ParticipantChanged);
        Assert.Equal("calm", change.Event!.Participant!.Attributes["mood"].GetString());
    }

    [Fact]
    public async Task What_handlers_report_adds_up_in_their_own_entries()
    {
        await OfferAsync(
            "ada",
            Tool.Create("think", async (CallContext call) =>
            {
                await call.ReportUsageAsync(new(10, 1, 0.5m));
                await call.Room.Toolkits.InvokeAsync<string>("kit/ask");
                await call.ReportUsageAsync(new(5, 2));
                return "thought";
            }),
            Tool.Create("ask", async (CallContext call) =>
            {
                await call.ReportUsageAsync(new(100, 200, 0.25m));
                return "asked";
            }),
            Tool.Create("stream", Stream),
            Tool.Create("fail", async Task<string> (CallContext call) =>
            {
                await call.ReportUsageAsync(new(7, 7));
                throw new InvalidOperationException("after it has cost something");
            }),
            Tool.Create("free", () => "free"));
        var bob = await JoinAsync("bob");
        await bob.Toolkits.InvokeAsync<string>("kit/think").InTime();
        var frames = await bob.Toolkits.StreamAsync("kit/stream").ToListInTimeAsync();
        await FailureOf(bob.Toolkits.TryInvokeAsync("kit/fail"));
        await bob.Toolkits.InvokeAsync<string>("kit/free").InTime();

        Assert.Equal(new CallUsage(15, 3, 0.5m), EntriesOf("kit/think")[0].Usage);
        Assert.Equal(new CallUsage(100, 200, 0.25m), EntriesOf("kit/ask")[0].Usage);
        Assert.Equal(new CallUsage(1, 2), EntriesOf("kit/stream")[0].Usage);
        Assert.Equal(new CallUsage(7, 7), EntriesOf("kit/fail")[0].Usage);
        Assert.Null(EntriesOf("kit/free")[0].Usage);
        Assert.Equal([1, 2, 3], frames.Select(frame => frame.Sequence));
        Assert.Equal(["ChunkFrame", "ChunkFrame", "ResultFrame"], frames.Select(frame => frame.GetType().Name));

        var tree = await Journal.GetTreeTotalsAsync(EntriesOf("kit/think")[0].RootId);
        Assert.Equal((2, 115, 203, 0.75m), (tree.All.Calls, tree.All.InputTokens, tree.All.OutputTokens, tree.All.Cost));
        Assert.Equal(123, (await Journal.GetTotalsAsync()).ByRoom[Den].InputTokens);

        static async IAsyncEnumerable<int> Stream(CallContext call)
        {
            yield return 1;
            await call.ReportUsageAsync(new(1, 2));
            yield return 2;
        }
    }

    [Fact]
    public async Task Usage_after_the_end_of_a_call_is_refused()
    {
        var refused = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await OfferAsync("ada", Tool.Create("late", async (CallContext call) =>
        {
            await call.ReportUsageAsync(new(1, 1));
            await Record.ExceptionAsync(async () => await call.ReportProgressAsync(1));
            await TestEnds.WaitStubbornlyAsync();
            refused.SetResult(await Record.ExceptionAsync(async () => await call.ReportUsageAsync(new(5, 5))) ?? new InvalidOperationException("not refused"));
        }));
        var bob = await JoinAsync("bob");
        await using (var frames = bob.Toolkits.StreamAsync("kit/late").GetAsyncEnumerator())
        {
            // What was reported before a frame has arrived with it.
            Assert.True(await frames.MoveNextAsync().InTime());
        }

        TestEnds.Set();
        AssertCode(MeshErrorCode.CallEnded, Assert.IsAssignableFrom<MeshException>(await refused.Task.InTime()).Error);
        var entry = Assert.Single(EntriesOf("kit/late"));
        Assert.Equal((CallStatus.Cancelled, new CallUsage(1, 1)), (entry.Status, entry.Usage));
    }

    [Fact]
    public async Task What_was_used_by_a_provider_that_was_lost_counts_for_the_second_attempt_too()
    {
        var started = new Signal();
        int attempts = 0;
        var tool = Tool.Create(
            "think",
            async (CallContext call, CancellationToken stop) =>
            {
                await call.ReportUsageAsync(new(10, 1));
                if (Interlocked.Increment(ref attempts) == 1)
                {
                    await call.ReportProgressAsync(1);
                    started.Set();
                    await TestEnds.WaitAsync(stop);
                }

                return "thought";
            },
            new() { Annotations = new() { Idempotent = true } });
        var first = await OfferAsync("ada", tool);
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.InvokeAsync<string>("kit/think");
        await started.InTime();
        await OfferAsync("eve", tool);
        await first.DisposeAsync().InTime();
        Assert.Equal("thought", await call.InTime());
        var entry = Assert.Single(EntriesOf("kit/think"));
        Assert.Equal((2, new CallUsage(20, 2)), (entry.Attempt, entry.Usage));
    }

    [Fact]
    public async Task An_address_that_anybody_makes_up_is_cut_and_has_no_totals_of_its_own()
    {
        var bob = await JoinAsync("bob", Grants.Full);
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("x/" + new string('y', 100_000))));
        var entry = Journal.ToList(new() { Kind = JournalEntryKind.Call })[^1];
        Assert.Equal(301, entry.Target.Path.Length);
        Assert.Equal(1, (await Journal.GetTotalsAsync()).ByTool[JournalTotals.Others].Errors);
    }

    [Fact]
    public async Task A_watch_of_the_host_ends_with_it_after_the_last_entry()
    {
        var bob = await JoinAsync("bob");
        var watching = Host.WatchJournalAsync(new() { After = 0, Kind = JournalEntryKind.Event }).ToListInTimeAsync();
        await bob.DisposeAsync().InTime();
        await JoinAsync("ada");
        await Host.DisposeAsync().InTime();
        Assert.Equal(
            ["participant.joined", "participant.left", "room.retiring", "participant.joined", "room.retiring", "participant.left"],
            (await watching).Select(entry => entry.Event!.Kind));
        Assert.Single(await Host.WatchJournalAsync(new() { After = 5 }).ToListInTimeAsync());
        Assert.Empty(await Host.WatchJournalAsync().ToListInTimeAsync());
    }
}
