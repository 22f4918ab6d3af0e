using Mesh.Contracts;
using static Mesh.Core.Tests.Journal.Entries;

namespace Mesh.Core.Tests.Journal;

/// <summary>Calls are kept as records, and entries that were given as such as they are: both read back as what they were.</summary>
public sealed class MemoryJournalRecordTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_entry_that_was_given_reads_back_equal_whatever_was_in_its_place()
    {
        var journal = new MemoryJournal(2);
        await using var host = new MeshHost(new() { Journal = journal });
        await using var ada = await JoinWithToolAsync(host);
        var given = Full(7);
        await InvokeAsync(ada, "kit/leaf");
        await InvokeAsync(ada, "kit/leaf");
        await journal.AppendAsync(given);
        await journal.AppendAsync(given with { Caller = null });
        Assert.Equal([given, given with { Caller = null }], Calls(journal).Select(entry => entry with { Sequence = 0 }));

        // In the place of one that is used again.
        var before = journal.ToList();
        await journal.AppendAsync(Call(8));
        Assert.Equal(Call(8), Calls(journal)[^1] with { Sequence = 0 });
        Assert.Equal(given, before.First(entry => entry.CallId == Id(7)) with { Sequence = 0 });

        await InvokeAsync(ada, "kit/leaf");
        Assert.Equal([Id(8), Calls(journal)[1].RootId], Calls(journal).Select(entry => entry.CallId));
        Assert.Equal(("ada", "kit/leaf"), (Calls(journal)[1].Caller, Calls(journal)[1].Target.ToString()));
    }

    [Fact]
    public async Task What_is_rare_is_kept_as_well()
    {
        var journal = new MemoryJournal();
        await using var host = new MeshHost(new() { Journal = journal });
        await using var ada = await JoinWithToolAsync(host);
        await InvokeAsync(ada, "kit/leaf@ada");
        await ada.Toolkits.TryInvokeAsync("kit/used@ada", cancellationToken: Stop);
        await ada.Toolkits.TryInvokeAsync("kit/broken", cancellationToken: Stop);
        await ada.Toolkits.TryInvokeAsync("no/such@bob", cancellationToken: Stop);
        await ada.Toolkits.TryInvokeAsync("no/" + new string('x', 1_000), cancellationToken: Stop);

        var calls = Calls(journal);
        Assert.Equal(["kit/leaf@ada", "kit/used@ada", "kit/broken", "no/such@bob"], calls.Take(4).Select(entry => entry.Target.ToString()));
        Assert.Equal([null, null, MeshErrorCode.HandlerFailed, MeshErrorCode.NotFound, MeshErrorCode.NotFound], calls.Select(entry => entry.ErrorCode));
        Assert.Equal([null, new CallUsage(3, 4), null, null, null], calls.Select(entry => entry.Usage));
        Assert.Equal(["ada", "ada", "ada", null, null], calls.Select(entry => entry.Provider));
        Assert.Equal([true, true, true, false, false], calls.Select(entry => entry.ContractHash is not null));
        Assert.Equal(301, calls[4].Target.Path.Length);
        Assert.All(calls, entry => Assert.Same(JournalPayload.None, entry.Payload));

        // The registration was a call too.
        Assert.Equal((6, 3, 3, 4), (journal.GetTotals().All.Calls, journal.GetTotals().All.Errors, journal.GetTotals().All.InputTokens, journal.GetTotals().All.OutputTokens));
        Assert.Equal(2, journal.GetTotals().ByTool[JournalTotals.Others].Calls);
    }

    [Fact]
    public async Task Payloads_of_calls_hold_to_their_limit_as_those_of_entries()
    {
        var journal = new MemoryJournal(8, payloadBytes: 1_000);
        await using var host = new MeshHost(new() { Journal = journal, ConfigureRoom = _ => new() { JournalCapture = new(JournalCapture.Full) } });
        await using var ada = await JoinWithToolAsync(host);
        for (int i = 1; i <= 40; i++)
        {
            await (i % 3 == 0
                ? journal.AppendAsync(Call(i) with { Payload = new(JournalCapture.Full, new string('x', 100)) })
                : InvokeAsync(ada, "kit/long"));
            var kept = Calls(journal).Select(entry => 2 * ((entry.Payload.Arguments?.Length ?? 0) + (entry.Payload.Result?.Length ?? 0))).ToList();
            Assert.InRange(kept.Sum(), Math.Min(i, 3) * 200, 1_000);
            Assert.Equal(kept.SkipWhile(bytes => bytes == 0), kept.Where(bytes => bytes > 0));
        }
    }

    [Fact]
    public async Task Sums_and_counts_are_exact_while_many_append_and_read()
    {
        const int Sides = 4, Times = 2_000;
        var journal = new MemoryJournal(500);
        await using var host = new MeshHost(new() { Journal = journal });
        await using var ada = await JoinWithToolAsync(host);
        var writing = Task.WhenAll(Enumerable.Range(0, Sides).Select(side => Task.Run(
            async () =>
            {
                for (int i = 1; i <= Times; i++)
                {
                    await (side % 2 == 0
                        ? journal.AppendAsync(Full((side * Times) + i))
                        : InvokeAsync(ada, "kit/leaf"));
                }
            },
            Stop)));
        do
        {
            var totals = journal.GetTotals();
            Assert.All(
                (IReadOnlyDictionary<string, CallTotals>[])[totals.ByParticipant, totals.ByTool, totals.ByRoom],
                column => Assert.Equal(totals.All.Calls, column.Values.Sum(each => each.Calls)));
            var read = journal.ToList();
            Assert.Equal(read.Select(entry => entry.Sequence).Distinct().Order(), read.Select(entry => entry.Sequence));
            Assert.All(
                read.Where(entry => entry.Kind == JournalEntryKind.Call && entry.Room == "hall"),
                entry => Assert.Equal(Full((int)entry.CallId.Low), entry with { Sequence = 0 }));
        }
        while (!writing.IsCompleted);

        await writing.InTime();

        // The registration was a call too.
        Assert.Equal(((Sides * Times) + 1, 500), (journal.Calls.Appended, journal.Calls.Kept));
        var all = journal.GetTotals();
        Assert.Equal(((Sides * Times) + 1, Sides / 2 * Times), (all.All.Calls, all.ByParticipant["eve"].Calls));
        Assert.Equal(Sides / 2 * Times * 30L, all.ByRoom["hall"].BytesIn);
        Assert.Equal(journal.Appended, journal.Dropped + journal.ToList().Count);
    }

    [Fact]
    public async Task A_journal_keeps_calls_and_neither_their_room_nor_who_was_in_it()
    {
        var journal = new MemoryJournal();
        var host = new MeshHost(new() { Journal = journal });
        var gone = await CallAndLeaveAsync(host);
        for (int i = 0; i < 100 && gone.Any(each => each.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        Assert.All(gone, each => Assert.False(each.IsAlive));
        Assert.Equal(("ada", "den"), (Calls(journal)[0].Caller, Calls(journal)[0].Room));
        await host.DisposeAsync();

        static async Task<WeakReference[]> CallAndLeaveAsync(MeshHost host)
        {
            await using var ada = await JoinWithToolAsync(host);
            await InvokeAsync(ada, "kit/leaf@ada");
            await ada.Toolkits.TryInvokeAsync("kit/broken", cancellationToken: Stop);
            var room = host.OpenRooms.Single();
            var member = room.FindMember("ada")!;
            return [new(room), new(member), new(room.Tools.RegistrationsOf(member).Single()), new(ada)];
        }
    }

    private static List<JournalEntry> Calls(MemoryJournal journal) =>
        [.. journal.ToList(new() { Kind = JournalEntryKind.Call }).Where(entry => entry.Target.Toolkit != "room")];

    /// <summary>An entry in which nothing has its default.</summary>
    private static JournalEntry Full(int number) => new()
    {
        CallId = Id(number),
        ParentId = Id(number + 1),
        RootId = Id(number + 2),
        Session = Id(number + 3),
        CallerId = Id(number + 4),
        Room = "hall",
        Caller = "eve",
        OnBehalfOf = "flo",
        Target = "a/b@gus",
        Provider = "gus",
        ContractHash = "c0ffee",
        StartedAt = Noon,
        Duration = TimeSpan.FromSeconds(number),
        BytesIn = 30,
        BytesOut = 5_000_000_000,
        Attempt = 2,
        Status = CallStatus.Unknown,
        ErrorCode = MeshErrorCode.ProviderLost,
        Usage = new(1, 2, 3),
        Payload = new(JournalCapture.Full, "{}", "[]") { ResultNote = "cut" },
    };

    private static async ValueTask InvokeAsync(RoomClient caller, ToolAddress tool) =>
        Assert.Equal(CallStatus.Result, (await caller.Toolkits.TryInvokeAsync(tool, cancellationToken: Stop)).Status);

    private static async Task<RoomClient> JoinWithToolAsync(MeshHost host)
    {
        var ada = await host.JoinAsync("den", "ada", Grants.Full, cancellationToken: Stop);
        var kit = Toolkit.Create(
            "kit",
            Tool.Create("leaf", () => 1),
            Tool.Create("long", () => new string('y', 98)),
            Tool.Create("used", (CallContext context) => context.ReportUsageAsync(new CallUsage(3, 4)).AsTask()),
            Tool.Create("broken", int () => throw new InvalidOperationException()));
        await ada.Toolkits.RegisterAsync(kit, cancellationToken: Stop);
        return ada;
    }
}
