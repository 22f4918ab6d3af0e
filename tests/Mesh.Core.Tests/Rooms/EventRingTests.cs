using Mesh.Contracts;

namespace Mesh.Core.Tests.Rooms;

public sealed class EventRingTests
{
    private readonly EventRing _ring = new(new MeshId(1, 1), new ManualTimeProvider());

    [Fact]
    public void Events_are_numbered_from_1_without_gaps()
    {
        Assert.Equal((0, 1), (_ring.Head, _ring.Oldest));
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 3).Select(_ => _ring.Publish("x", null).Sequence));
        Assert.Equal((3, 1), (_ring.Head, _ring.Oldest));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1_000)]
    public void Without_readers_the_newest_256_are_kept(int events)
    {
        Publish(events);
        long oldest = Math.Max(1, events - EventRing.Retained + 1);
        Assert.Equal(oldest, _ring.Oldest);
        Assert.Equal(Enumerable.Range((int)oldest, events - (int)oldest + 1).Select(i => (long?)i), Kept(oldest, events));
        Assert.Null(_ring.Read(oldest - 1));
    }

    [Fact]
    public void What_has_been_overwritten_or_is_yet_to_come_is_not_there()
    {
        Publish(300);
        Assert.Null(_ring.Read(44));
        Assert.Equal(45, _ring.Read(45)?.Sequence);
        Assert.Null(_ring.Read(301));
    }

    [Fact]
    public void Nothing_can_be_published_when_it_is_complete()
    {
        Publish(1);
        _ring.Complete();
        Assert.True(_ring.IsCompleted);
        Assert.Throws<InvalidOperationException>(() => _ring.Publish("x", null));
        Assert.Equal(1, _ring.Read(1)?.Sequence);
    }

    [Fact]
    public async Task It_grows_for_a_reader_that_is_behind_and_no_further_than_its_limit()
    {
        await using var mesh = new MeshHost();
        await using var bob = await mesh.JoinAsync("den", "bob", cancellationToken: TestContext.Current.CancellationToken);
        var member = await MemberAsync(bob);
        var cursor = new EventCursor(_ring, member, 1, default);
        Publish(3_000);
        Assert.Equal(1, _ring.Oldest);
        Publish(7_000);
        Assert.Equal(10_000 - EventRing.MaxRetained + 1, _ring.Oldest);
        Assert.True(await cursor.MoveNextAsync().InTime());
        Assert.Equal((RoomEventKinds.Lagged, 10_000 - EventRing.MaxRetained), (cursor.Current.Kind, cursor.Current.Lagged));
        Assert.True(await cursor.MoveNextAsync().InTime());
        Assert.Equal(_ring.Oldest, cursor.Current.Sequence);
        await cursor.DisposeAsync();
        await cursor.DisposeAsync();
    }

    [Fact]
    public async Task Writers_and_readers_at_once_lose_nothing()
    {
        await using var mesh = new MeshHost();
        await using var bob = await mesh.JoinAsync("den", "bob", cancellationToken: TestContext.Current.CancellationToken);
        var member = await MemberAsync(bob);
        var readers = Enumerable.Range(0, 4).Select(_ => new EventCursor(_ring, member, 1, default)).ToArray();
        var readings = readers.Select(reader => Task.Run(async () =>
        {
            long next = 1;
            while (await reader.MoveNextAsync())
            {
                Assert.Equal(next + Math.Max(0, reader.Current.Lagged - 1), reader.Current.Sequence);
                next = reader.Current.Sequence + 1;
            }

            return next;
        })).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Publish(10_000)))).InTime();
        _ring.Complete();
        foreach (var reading in readings)
        {
            Assert.Equal(20_001, await reading.InTime());
        }
    }

    private static async Task<RoomMember> MemberAsync(RoomClient client)
    {
        var found = new TaskCompletionSource<RoomMember>();
        await client.Toolkits.RegisterAsync(
            Toolkit.Create("probe", Tool.Create("member", (CallContext call) => found.SetResult(((CallState)call).Member))), new() { Private = true });
        await client.Toolkits.TryInvokeAsync("probe/member");
        return await found.Task.InTime();
    }

    private void Publish(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _ring.Publish("x", null);
        }
    }

    private IEnumerable<long?> Kept(long from, long to)
    {
        for (long i = from; i <= to; i++)
        {
            yield return _ring.Read(i)?.Sequence;
        }
    }
}
