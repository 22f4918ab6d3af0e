using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>What happens in a room reaches its readers in order, without gaps or with their exact size.</summary>
public abstract class RoomClientEventContract : RoomClientContract
{
    private static readonly Tool Leaf = Tool.Create("leaf", () => "leaf");

    [Fact]
    public async Task Events_come_in_order_from_the_readers_own_joining()
    {
        await JoinAsync("ada");
        var bob = await JoinAsync("bob");
        var eve = await JoinAsync("eve", Grants.Full);
        var registration = await eve.Toolkits.RegisterAsync(Toolkit.Create("kit", Leaf)).InTime();
        await eve.Participants.SetAttributesAsync(new Dictionary<string, JsonElement?> { ["mood"] = Json("\"fine\"") }).InTime();
        await registration.DisposeAsync().InTime();
        await eve.DisposeAsync().InTime();
        var events = await bob.Events.ReadAsync().TakeUntilAsync(e => e.Kind == RoomEventKinds.ParticipantLeft);
        Assert.Equal(
            [
                RoomEventKinds.ParticipantJoined, RoomEventKinds.ParticipantJoined, RoomEventKinds.ToolkitRegistered,
                RoomEventKinds.ParticipantChanged, RoomEventKinds.ToolkitUnregistered, RoomEventKinds.ParticipantLeft,
            ],
            events.Select(e => e.Kind));
        Assert.Equal([2, 3, 4, 5, 6, 7], events.Select(e => e.Sequence));
        Assert.All(events, e => Assert.Equal((bob.Session, Clock.GetUtcNow(), 0L), (e.Session, e.Time, e.Lagged)));
        Assert.Equal(["bob", "eve", null, "eve", null, "eve"], events.Select(e => e.Participant?.Name));
        Assert.Equal("fine", events[3].Participant!.Attributes["mood"].GetString());
        Assert.Equal("kit", events[2].Payload.GetProperty("toolkit").GetString());
        Assert.Equal("left", events[5].Payload.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Who_gets_other_grants_is_told_and_nobody_else()
    {
        var ada = await JoinAsync("ada", Grants.Full);
        var bob = await JoinAsync("bob");
        Host.SetGrants(Den, "bob", Grants.None);
        Host.SetGrants(Den, "ada", Grants.Full with { Secrets = null });
        var seen = await bob.Events.ReadAsync().TakeUntilAsync(e => e.Kind == RoomEventKinds.GrantsChanged);
        Assert.Equal("bob", seen[^1].Participant?.Name);
        Assert.False(seen[^1].Payload.TryGetProperty("grants", out _));
        seen = await ada.Events.ReadAsync().TakeUntilAsync(e => e.Kind == RoomEventKinds.GrantsChanged);
        Assert.Equal("ada", seen[^1].Participant?.Name);
    }

    [Fact]
    public async Task Reading_may_begin_at_a_sequence_number_or_at_the_latest()
    {
        await JoinAsync("ada");
        var bob = await JoinAsync("bob");
        await using var latest = bob.Events.ReadAsync(EventPosition.Latest).GetAsyncEnumerator();
        var next = latest.MoveNextAsync();
        var replayed = await bob.Events.ReadAsync(EventPosition.At(1)).TakeUntilAsync(e => e.Sequence == 2);
        Assert.Equal(["ada", "bob"], replayed.Select(e => e.Participant?.Name));
        await using var future = bob.Events.ReadAsync(EventPosition.At(4)).GetAsyncEnumerator();
        var fourth = future.MoveNextAsync();
        await bob.Participants.ListAsync().InTime();
        Assert.False(fourth.IsCompleted);
        await JoinAsync("eve");
        await JoinAsync("ivy");
        Assert.True(await fourth.InTime());
        Assert.Equal("ivy", future.Current.Participant?.Name);
        Assert.True(await next.InTime());
        Assert.True(latest.Current.Sequence >= 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => EventPosition.At(0));
    }

    [Fact]
    public async Task What_a_reader_may_not_know_it_does_not_see_as_of_when_it_reads()
    {
        var poor = await JoinAsync("poor", Grants.None);
        var ada = await JoinAsync("ada", Grants.Full);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Leaf)).InTime();
        await ada.Toolkits.RegisterAsync(Toolkit.Create("hidden", Leaf), new() { Private = true }).InTime();
        await poor.Participants.SetAttributesAsync(new Dictionary<string, JsonElement?> { ["a"] = Json("1") }).InTime();
        var seen = await poor.Events.ReadAsync().TakeUntilAsync(e => e.Kind == RoomEventKinds.ParticipantChanged);
        Assert.Equal([1, 5], seen.Select(e => e.Sequence));
        Host.SetGrants(Den, "poor", Tools("*"));
        seen = await poor.Events.ReadAsync().TakeUntilAsync(e => e.Kind == RoomEventKinds.ParticipantChanged);
        Assert.Equal([1, 2, 3, 5], seen.Select(e => e.Sequence));
        seen = await ada.Events.ReadAsync().TakeUntilAsync(e => e.Sequence == 4);
        Assert.Equal([2, 3, 4], seen.Select(e => e.Sequence));
    }

    [Fact]
    public async Task A_reader_that_falls_behind_is_told_exactly_how_many_it_missed()
    {
        const int Flood = 6_000;
        var ada = await JoinAsync("ada");
        await FloodAsync(ada, Flood);
        long missing = 0, seen = 0, previous = 0;
        await foreach (var e in ada.Events.ReadAsync(EventPosition.At(1)))
        {
            if (e.Kind == RoomEventKinds.Lagged)
            {
                Assert.Equal(previous + e.Lagged, e.Sequence);
                missing += e.Lagged;
            }
            else
            {
                Assert.Equal(previous + 1, e.Sequence);
                seen++;
            }

            previous = e.Sequence;
            if (previous == Flood + 1)
            {
                break;
            }
        }

        Assert.Equal(Flood + 1, missing + seen);
        Assert.InRange(seen, 256, 4096);
    }

    [Fact]
    public async Task A_subscriber_that_never_reads_holds_nobody_up_and_lags()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        await using var sleeper = bob.Events.ReadAsync().GetAsyncEnumerator();
        Assert.True(await sleeper.MoveNextAsync().InTime());
        await FloodAsync(ada, 6_000);
        long missing = 0, seen = 0;
        while (missing + seen < 6_000)
        {
            Assert.True(await sleeper.MoveNextAsync().InTime());
            missing += sleeper.Current.Lagged;
            seen += sleeper.Current.Lagged == 0 ? 1 : 0;
        }

        Assert.Equal((6_000, 6_002), (missing + seen, sleeper.Current.Sequence));
        Assert.True(missing > 0);
        Assert.True(seen >= 4_096);
    }

    [Fact]
    public async Task Reading_ends_when_the_reader_leaves()
    {
        var bob = await JoinAsync("bob");
        await JoinAsync("ada");
        var reading = bob.Events.ReadAsync().ToListInTimeAsync();
        await bob.DisposeAsync().InTime();
        Assert.InRange((await reading).Count, 0, 2);
        Assert.Empty(await bob.Events.ReadAsync().ToListInTimeAsync());
    }

    [Fact]
    public async Task Reading_ends_after_what_happened_when_the_room_is_retired()
    {
        var bob = await JoinAsync("bob");
        await using var reader = bob.Events.ReadAsync().GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync().InTime());
        var next = reader.MoveNextAsync();
        await Host.RetireRoomAsync(Den).InTime();
        Assert.True(await next.InTime());
        Assert.Equal(RoomEventKinds.RoomRetiring, reader.Current.Kind);
        Assert.False(await reader.MoveNextAsync().InTime());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_ends_the_reading(bool atTheCall)
    {
        var bob = await JoinAsync("bob");
        using var cancel = new CancellationTokenSource();
        await using var reader = bob.Events.ReadAsync(cancellationToken: atTheCall ? cancel.Token : default).GetAsyncEnumerator(atTheCall ? default : cancel.Token);
        Assert.True(await reader.MoveNextAsync().InTime());
        var next = reader.MoveNextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next.InTime());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_two_tokens_either_ends_the_reading(bool first)
    {
        var bob = await JoinAsync("bob");
        using var one = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        await using var reader = bob.Events.ReadAsync(cancellationToken: one.Token).GetAsyncEnumerator(other.Token);
        Assert.True(await reader.MoveNextAsync().InTime());
        var next = reader.MoveNextAsync().AsTask();
        await (first ? one : other).CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.InTime());
    }

    [Fact]
    public async Task Many_readers_each_see_everything()
    {
        var clients = new List<RoomClient>();
        for (int i = 0; i < 10; i++)
        {
            clients.Add(await JoinAsync($"reader-{i}"));
        }

        var readings = clients.Select(client => client.Events.ReadAsync(EventPosition.At(1)).TakeUntilAsync(e => e.Sequence == 210)).ToArray();
        await FloodAsync(clients[0], 200);
        foreach (var reading in readings)
        {
            Assert.Equal(Enumerable.Range(1, 210).Select(i => (long)i), (await reading).Select(e => e.Sequence));
        }
    }

    private static async Task FloodAsync(RoomClient client, int events)
    {
        var attributes = new Dictionary<string, JsonElement?> { ["a"] = Json("1") };
        for (int i = 0; i < events; i++)
        {
            await client.Participants.SetAttributesAsync(attributes).InTime();
        }
    }
}
