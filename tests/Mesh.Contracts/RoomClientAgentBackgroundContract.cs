using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Mesh.Contracts;

/// <summary>Agents that run in the background: publishers, which are subscribed to, and watchers.</summary>
public abstract class RoomClientAgentBackgroundContract : RoomClientContract
{
    [Fact]
    public async Task All_who_subscribe_get_the_items_from_then_on()
    {
        var source = Channel.CreateUnbounded<int>();
        await RegisterAsync("ada", Agent.Create("finance.prices", (CancellationToken token) => Prices(source, token)));
        await using var first = await SubscribeAsync(await JoinAsync("bob"), source);
        await using var second = await SubscribeAsync(await JoinAsync("eve"), source);
        source.Writer.TryWrite(7);
        Assert.Equal(7, await NextAsync(first));
        Assert.Equal(7, await NextAsync(second));
        source.Writer.TryWrite(8);
        Assert.Equal(8, await NextAsync(first));
        Assert.Equal(8, await NextAsync(second));
        source.Writer.Complete();
        Assert.False(await first.MoveNextAsync().InTime());
        Assert.False(await second.MoveNextAsync().InTime());
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_is_told_how_much_it_missed_and_holds_nobody_up()
    {
        const int Flood = 5_000;
        var (begin, published) = (new Signal(), new Signal());
        await RegisterAsync("ada", Agent.Create("flood", (CancellationToken token) => Count(begin, published, Flood, TestEnds, token)));
        await using var slow = (await JoinAsync("bob")).Agents.SubscribeAsync<int>("flood").GetAsyncEnumerator();
        Assert.True(await slow.MoveNextAsync().InTime());
        begin.Set();
        await published.InTime();
        long missed = 0;
        int seen = 0, last = slow.Current, end = int.MaxValue;
        while (last < end)
        {
            Assert.True(await slow.MoveNextAsync().InTime());
            int item = slow.Current;
            if (item < 0)
            {
                // The last item says itself which it is.
                item = end = -item;
            }

            Assert.Equal(last + 1 + slow.Current.Missed, item);
            last = item;
            missed += slow.Current.Missed;
            seen++;
        }

        Assert.True(missed >= Flood - 2_100, $"Only {missed} were missed.");
        Assert.InRange(seen, 1, 2_100);
    }

    [Fact]
    public async Task A_publisher_that_fails_is_started_again_after_growing_pauses_and_keeps_its_readers()
    {
        int runs = 0;
        var source = Channel.CreateUnbounded<int>();
        await RegisterAsync("ada", Agent.Create("shaky", (CancellationToken token) =>
            Interlocked.Increment(ref runs) <= 3 ? throw new InvalidOperationException("secret") : Prices(source, token)));
        var bob = await JoinAsync("bob");
        await using var reader = bob.Agents.SubscribeAsync<Price>("shaky").GetAsyncEnumerator();
        var next = reader.MoveNextAsync().InTime();
        await using var changes = bob.Agents.WatchAsync(new() { Name = "shaky" }, EventPosition.At(1)).GetAsyncEnumerator();
        foreach (int seconds in new[] { 1, 2, 4 })
        {
            do
            {
                Assert.True(await changes.MoveNextAsync().InTime());
            }
            while (changes.Current.Kind != RoomEventKinds.AgentFailed);
            Assert.Equal(("shaky", "ada", TimeSpan.FromSeconds(seconds)), (changes.Current.Agent, changes.Current.Participant, changes.Current.RetryAfter));
            Assert.Equal(MeshFaultKind.Agent, Assert.Single(Faults).Kind);
            Faults.Clear();
            Clock.Advance(TimeSpan.FromSeconds(seconds));
        }

        await FeedAsync(source, next);
        source.Writer.TryWrite(3);
        Assert.Equal(3, await NextAsync(reader));
        Assert.Equal(4, runs);
    }

    [Fact]
    public async Task A_publisher_may_be_silent_for_as_long_as_it_likes()
    {
        var source = Channel.CreateUnbounded<int>();
        await RegisterAsync("ada", Agent.Create("finance.prices", (CancellationToken token) => Prices(source, token)));
        await using var reader = await SubscribeAsync(await JoinAsync("bob"), source);
        var next = NextAsync(reader);
        Clock.Advance(TimeSpan.FromHours(9));
        source.Writer.TryWrite(1);
        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task An_item_that_breaks_its_own_schema_ends_the_subscription()
    {
        var source = Channel.CreateUnbounded<int>();
        await RegisterAsync("ada", Agent.Create("finance.prices", (CancellationToken token) => Prices(source, token)));
        await using var reader = await SubscribeAsync(await JoinAsync("bob"), source);
        source.Writer.TryWrite(-1);
        AssertCode(MeshErrorCode.InvalidOutput, (await Assert.ThrowsAsync<MeshException>(() => NextAsync(reader))).Error);
    }

    [Fact]
    public async Task Agents_in_the_background_are_in_the_catalogue_and_cannot_be_asked()
    {
        await RegisterAsync(
            "ada",
            Agent.Create("prices", (CancellationToken token) => Prices(Channel.CreateUnbounded<int>(), token)),
            Agent.Create("watch", (CancellationToken token) => Task.Delay(Timeout.Infinite, token)));
        var bob = await JoinAsync("bob");
        Assert.Equal([AgentShape.Publisher, AgentShape.Watcher], (await bob.Agents.ListAsync().InTime()).Select(agent => agent.Contract.Shape));
        var publisher = await FailureOf(bob.Agents.TryAskAsync("prices"));
        AssertCode(MeshErrorCode.NotInvocable, publisher);
        Assert.Contains("SubscribeAsync", publisher.Remedy, StringComparison.Ordinal);
        AssertCode(MeshErrorCode.NotInvocable, await FailureOf(bob.Agents.TryAskAsync("watch")));
        var frame = Assert.Single(await bob.Agents.StreamAsync("watch", default).ToListInTimeAsync());
        AssertCode(MeshErrorCode.NotInvocable, Assert.IsType<ErrorFrame>(frame).Error);
        var explanation = await bob.Agents.ExplainAsync("watch").InTime();
        Assert.Equal((false, MeshErrorCode.NotInvocable), (explanation.WouldRun, explanation.Error?.Code));
        AssertCode(MeshErrorCode.NotFound, (await Assert.ThrowsAsync<MeshException>(() => bob.Agents.SubscribeAsync<Price>("nobody").ToListInTimeAsync())).Error);
    }

    [Fact]
    public async Task A_watcher_runs_without_lineage_until_its_registration_ends()
    {
        var (begun, ended) = (new Signal(), new Signal());
        (string Name, CallContext? Call)? found = null;
        var ada = await JoinAsync("ada", Grants.AgentDefault, ParticipantRole.Agent);
        AgentRegistration? registration = null;
        await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("start", async (CallContext call) =>
        {
            registration = await call.Room.Agents.RegisterAsync(Agent.Create("watch", async (RoomClient room, CancellationToken token) =>
            {
                found = (room.Self.Name, CallContext.Current);
                begun.Set();
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    ended.Set();
                }
            }));
        }))).InTime();
        Assert.True((await (await JoinAsync("bob", Grants.Full)).Toolkits.TryInvokeAsync("kit/start").InTime()).IsResult);
        await begun.InTime();
        Assert.Equal(("ada", null), found);
        Assert.False(ended.IsSet);
        await registration!.DisposeAsync().InTime();
        await ended.InTime();
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task A_watcher_that_returns_has_done_its_work()
    {
        int runs = 0;
        var ran = new Signal();
        var ada = await RegisterAsync("ada", Agent.Create("once", () =>
        {
            Interlocked.Increment(ref runs);
            ran.Set();
        }));
        await ran.InTime();
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(await ada.Agents.ListAsync().InTime());
        await ada.DisposeAsync().InTime();
        Assert.Equal(1, runs);
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task Background_work_ends_when_its_participant_leaves_or_its_room_is_retired()
    {
        var ended = new[] { new Signal(), new Signal() };
        for (int i = 0; i < ended.Length; i++)
        {
            var (begun, end) = (new Signal(), ended[i]);
            var provider = await JoinAsync($"provider{i}", Grants.AgentDefault, ParticipantRole.Agent, room: $"room{i}");
            await provider.Agents.RegisterAsync(Agent.Create("watch", async (CancellationToken token) =>
            {
                begun.Set();
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    end.Set();
                }
            })).InTime();
            await begun.InTime();
            await (i == 0 ? provider.DisposeAsync().AsTask() : Host.RetireRoomAsync("room1")).InTime();
            await end.InTime();
        }

        Assert.Empty(Faults);
    }

    [Fact]
    public async Task A_subscription_ends_when_its_publisher_goes_away()
    {
        var source = Channel.CreateUnbounded<int>();
        var ada = await RegisterAsync("ada", Agent.Create("finance.prices", (CancellationToken token) => Prices(source, token)));
        await using var reader = await SubscribeAsync(await JoinAsync("bob"), source);
        var next = NextAsync(reader);
        await ada.DisposeAsync().InTime();
        AssertCode(MeshErrorCode.Unavailable, (await Assert.ThrowsAsync<MeshException>(() => next)).Error);
    }

    private async Task<RoomClient> RegisterAsync(string name, params Agent[] agents)
    {
        var provider = await JoinAsync(name, Grants.AgentDefault, ParticipantRole.Agent);
        foreach (var agent in agents)
        {
            await provider.Agents.RegisterAsync(agent).InTime();
        }

        return provider;
    }

    /// <summary>Subscribes, and returns when the reader has its place: items of 0 come until it has had one.</summary>
    private static async Task<IAsyncEnumerator<Published<Price>>> SubscribeAsync(RoomClient client, Channel<int> source)
    {
        var reader = client.Agents.SubscribeAsync<Price>("finance.prices").GetAsyncEnumerator();
        await FeedAsync(source, reader.MoveNextAsync().InTime());
        return reader;
    }

    private static async Task FeedAsync(Channel<int> source, Task<bool> first)
    {
        while (!first.IsCompleted)
        {
            source.Writer.TryWrite(0);
            await Task.Yield();
        }

        Assert.True(await first);
    }

    /// <summary>The next item but for those that only were to show that the reader has its place.</summary>
    private static async Task<int> NextAsync(IAsyncEnumerator<Published<Price>> reader)
    {
        do
        {
            Assert.True(await reader.MoveNextAsync().InTime());
        }
        while (reader.Current.Item.Amount == 0);
        Price price = reader.Current;
        return price.Amount;
    }

    private static async IAsyncEnumerable<Price> Prices(Channel<int> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (int amount in source.Reader.ReadAllAsync(cancellationToken))
        {
            yield return new Price(amount);
        }
    }

    /// <summary>Counts until it is told to, and then so many more; the last one is negative.</summary>
    private static async IAsyncEnumerable<int> Count(
        Signal begin, Signal published, int more, Signal end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int i = 1;
        for (; !begin.IsSet; i++)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return i;
        }

        for (int last = i + more; i <= last; i++)
        {
            yield return i == last ? -i : i;
        }

        published.Set();
        await end.WaitAsync(cancellationToken);
    }

    protected sealed record Price([property: System.ComponentModel.DataAnnotations.Range(0, 100)] int Amount);
}
