using System.Collections.Concurrent;
using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Journal;

public sealed class RoomJournalTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly JournalQuery Events = new() { Kind = JournalEntryKind.Event };

    [Fact]
    public async Task A_journal_is_never_called_under_a_lock_of_its_room_or_host()
    {
        // From another thread, which would wait for a lock that is held here.
        var journal = new ProbingJournal(host => Task.Run(() => (host.Rooms.Count, host.Rooms.Sum(room => room.ParticipantCount)), Stop).InTime().GetAwaiter().GetResult());
        var host = new MeshHost(new() { Journal = journal, DrainTimeout = TimeSpan.Zero, ConfigureRoom = _ => new() { IdleGrace = TimeSpan.Zero } });
        journal.Host = host;
        await using (var ada = await host.JoinAsync("den", "ada", Grants.Full, cancellationToken: Stop))
        {
            await using var registration = await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("leaf", () => 1)), cancellationToken: Stop);
        }

        await host.JoinAsync("den", "bob", cancellationToken: Stop);
        await host.JoinAsync("hall", "eve", cancellationToken: Stop);
        await host.RetireRoomAsync("hall").InTime();
        await host.DisposeAsync().InTime();
        Assert.True(journal.Entries.Count >= 12);
        Assert.Equal(0, journal.Failures);
    }

    [Fact]
    public async Task A_journal_that_takes_its_time_gets_every_event_in_order_and_disposal_waits_for_it()
    {
        var gate = new Signal();
        var journal = new JsonJournal { BeforeWriting = entry => entry.Kind == JournalEntryKind.Event ? gate.WaitStubbornlyAsync() : Task.CompletedTask };
        var host = new MeshHost(new() { Journal = journal });
        for (int i = 0; i < 20; i++)
        {
            await host.JoinAsync("den", $"p{i}", cancellationToken: Stop).InTime();
        }

        var disposing = host.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        gate.Set();
        await disposing.InTime();
        var events = await journal.ReadAsync(Events, Stop).ToListInTimeAsync();
        Assert.Equal(Enumerable.Range(1, 41).Select(i => (long)i), events.Select(entry => entry.Event!.Sequence));
    }

    [Fact]
    public async Task Events_that_the_ring_could_not_keep_for_a_slow_journal_are_counted()
    {
        var gate = new Signal();
        var journal = new JsonJournal { BeforeWriting = entry => entry.Kind == JournalEntryKind.Event ? gate.WaitStubbornlyAsync() : Task.CompletedTask };
        var room = new Room(new MeshHost(new() { Journal = journal }), "den", new());
        for (int i = 0; i < 1_000; i++)
        {
            room.Publish("tick", null);
        }

        gate.Set();
        await room.RetireAsync().InTime();
        var events = await journal.ReadAsync(Events, Stop).ToListInTimeAsync();
        Assert.Equal(1, events[0].Event!.Sequence);
        Assert.Equal(("den", RoomEventKinds.Lagged), (events[1].Room, events[1].Event!.Kind));
        Assert.Equal(1 + events[1].Lagged, events[1].Event!.Sequence);
        Assert.Equal(1_001, events.Sum(entry => Math.Max(1, entry.Lagged)));
        Assert.Equal(RoomEventKinds.RoomRetiring, events[^1].Event!.Kind);
    }

    [Fact]
    public async Task A_journal_that_never_answers_holds_a_disposal_up_no_longer_than_the_host_says()
    {
        var clock = new ManualTimeProvider();
        var faults = new ConcurrentQueue<MeshFault>();
        var never = new Signal();
        var journal = new JsonJournal { BeforeWriting = _ => never.WaitStubbornlyAsync() };
        var host = new MeshHost(new() { Journal = journal, TimeProvider = clock, OnFault = faults.Enqueue, ServiceTimeout = TimeSpan.FromSeconds(7) });
        await host.JoinAsync("den", "ada", cancellationToken: Stop).InTime();
        var disposing = host.DisposeAsync().AsTask();
        await clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(7)).InTime();
        await disposing.InTime();
        Assert.Equal("The journal did not take the last events of room 'den' in time.", Assert.Single(faults).Message);
        never.Set();
    }

    [Fact]
    public async Task A_journal_that_throws_at_once_or_later_is_reported_and_breaks_no_join()
    {
        var faults = new ConcurrentQueue<MeshFault>();
        int turn = 0;
        var journal = new ProbingJournal(_ => throw new IOException("disk full")) { Later = () => ++turn % 2 == 0 };
        var host = new MeshHost(new() { Journal = journal, OnFault = faults.Enqueue });
        var ada = await host.JoinAsync("den", "ada", cancellationToken: Stop).InTime();
        var bob = await host.JoinAsync("den", "bob", cancellationToken: Stop).InTime();
        await ada.DisposeAsync().InTime();
        await bob.DisposeAsync().InTime();
        Assert.Equal(5, faults.Count);
        Assert.All(faults, fault => Assert.Equal((MeshFaultKind.Journal, "The journal did not take an event of room 'den'."), (fault.Kind, fault.Message)));
        await host.DisposeAsync().InTime();
    }

    [Fact]
    public async Task Publishing_from_many_sides_journals_each_event_once_and_in_order()
    {
        var journal = new MemoryJournal(100_000);
        var room = new Room(new MeshHost(new() { Journal = journal }), "den", new());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                room.Publish("tick", null);
            }
        }, Stop))).InTime();
        await room.RetireAsync().InTime();
        long next = 1;
        foreach (var entry in journal.ToList())
        {
            // Sides that are too fast for whoever appends show as a lag, never as a gap.
            next += entry.Lagged > 0 ? entry.Lagged : 1;
            Assert.Equal(next - 1, entry.Event!.Sequence);
        }

        Assert.Equal(8_002, next);
    }

    [Fact]
    public async Task The_journal_keeps_no_room_alive_that_is_gone()
    {
        var journal = new MemoryJournal();
        var host = new MeshHost(new() { Journal = journal });
        var room = await OpenAndLeaveAsync(host);
        for (int i = 0; i < 20 && room.IsAlive; i++)
        {
            await Task.Yield();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(room.IsAlive);
        Assert.Contains("● toolkit.registered kit of ada (leaf)", journal.ToText(), StringComparison.Ordinal);

        static async Task<WeakReference> OpenAndLeaveAsync(MeshHost host)
        {
            await using var ada = await host.JoinAsync("den", "ada", Grants.Full, cancellationToken: Stop);
            await ada.Participants.SetAttributesAsync(new Dictionary<string, JsonElement?> { ["a"] = JsonElement.Parse("1") }, Stop);
            await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("leaf", () => 1)), cancellationToken: Stop);
            return new(ada);
        }
    }

    /// <summary>A journal that does something whenever it is given an event.</summary>
    private sealed class ProbingJournal(Action<MeshHost> probe) : IJournal
    {
        public MeshHost Host { get; set; } = null!;

        public ConcurrentQueue<JournalEntry> Entries { get; } = new();

        public Func<bool> Later { get; init; } = () => false;

        public int Failures { get; private set; }

        public ValueTask AppendAsync(JournalEntry entry)
        {
            Entries.Enqueue(entry);
            return Later() ? new(Task.Run(() => Probe().AsTask(), Stop)) : Probe();
        }

        public IAsyncEnumerable<JournalEntry> ReadAsync(JournalQuery query, CancellationToken cancellationToken = default) => Entries.ToAsyncEnumerable();

        public ValueTask<long> WaitAsync(long after, CancellationToken cancellationToken = default) => new(Entries.Count);

        private ValueTask Probe()
        {
            try
            {
                probe(Host);
                return default;
            }
            catch (Exception)
            {
                Failures++;
                throw;
            }
        }
    }
}
