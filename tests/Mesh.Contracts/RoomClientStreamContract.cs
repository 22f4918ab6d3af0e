using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>What a tool sends while it runs: in order, no faster than it is read, and no longer than it is wanted.</summary>
public abstract class RoomClientStreamContract : RoomClientContract
{
    /// <summary>How many frames a producer may be ahead of its reader: none in process, the credit on a connection.</summary>
    protected abstract int Credit { get; }

    private static readonly Tool Count = Tool.Create("count", Streams.CountAsync);

    [Fact]
    public async Task Progress_is_asked_for_by_who_reads_frames()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<bool>();
        await OfferAsync("ada", Tool.Create("look", (CallContext call) => seen.Enqueue(call.TakesProgress)));
        var bob = await JoinAsync("bob");
        await bob.Toolkits.StreamAsync("kit/look").ToListInTimeAsync();
        Assert.Equal([true], seen);
    }

    [Fact]
    public async Task Frames_arrive_in_order_without_gaps_and_end_with_the_result()
    {
        await OfferAsync("ada", Tool.Create("work", async (CallContext call) =>
        {
            await call.ReportProgressAsync(1, 2, "half");
            await call.WriteAsync(new TextPart("note"));
            await call.WriteChunkAsync(new JsonPart(JsonPayload.FromElement(Json("[1]"))));
            await call.ReportProgressAsync(2, 2);
            return new TextResponse("done");
        }));
        var bob = await JoinAsync("bob");
        var frames = await bob.Toolkits.StreamAsync("kit/work").ToListInTimeAsync();
        Assert.Equal([1, 2, 3, 4, 5], frames.Select(frame => frame.Sequence));
        Assert.Equal((1, 2, "half"), frames[0] is ProgressFrame progress ? (progress.Value, progress.Total, progress.Message) : default);
        Assert.Equal("note", Assert.IsType<TextPart>(Assert.IsType<ContentFrame>(frames[1]).Part).Text);
        Assert.Equal("[1]", Assert.IsType<JsonPart>(Assert.IsType<ChunkFrame>(frames[2]).Item).Value.ToString());
        Assert.Null(Assert.IsType<ProgressFrame>(frames[3]).Message);
        Assert.Equal("done", Assert.IsType<TextResponse>(Assert.IsType<ResultFrame>(frames[4]).Response).Text);
    }

    [Fact]
    public async Task Typed_items_are_read_as_their_type()
    {
        await OfferAsync("ada", Count, Tool.Create("points", () => Points()));
        var bob = await JoinAsync("bob");
        Assert.Equal([0, 1, 2, 3], await bob.Toolkits.StreamAsync<int>("kit/count", new { to = 4 }).ToListInTimeAsync());
        Assert.Equal([new Point(1, 2), new Point(3, 4)], await bob.Toolkits.StreamAsync<Point>("kit/points").ToListInTimeAsync());

        static async IAsyncEnumerable<Point> Points()
        {
            yield return new Point(1, 2);
            await Task.Yield();
            yield return new Point(3, 4);
        }
    }

    [Fact]
    public async Task Strings_and_bytes_stream_as_what_they_are()
    {
        await OfferAsync("ada",
            Tool.Create("words", () => Streams.Of("a", "ø", "")),
            Tool.Create("bytes", () => Streams.Of<ReadOnlyMemory<byte>>(new byte[] { 1, 2 }, new byte[] { 3 })),
            Tool.Create("arrays", () => Streams.Of<byte[]>([1, 2], [3])));
        var bob = await JoinAsync("bob");
        Assert.Equal(["a", "ø", ""], await bob.Toolkits.StreamAsync<string>("kit/words").ToListInTimeAsync());
        foreach (string tool in new[] { "kit/bytes", "kit/arrays" })
        {
            Assert.Equal([1, 2, 3], (await bob.Toolkits.StreamAsync<byte[]>(tool).ToListInTimeAsync()).SelectMany(each => each));
            Assert.Equal([1, 2, 3], (await bob.Toolkits.StreamAsync<ReadOnlyMemory<byte>>(tool).ToListInTimeAsync()).SelectMany(each => each.ToArray()));
        }
    }

    [Fact]
    public async Task A_stream_of_nothing_is_just_a_result()
    {
        await OfferAsync("ada", Count);
        var bob = await JoinAsync("bob");
        var frames = await bob.Toolkits.StreamAsync("kit/count", new { to = 0 }).ToListInTimeAsync();
        Assert.IsType<EmptyResponse>(Assert.IsType<ResultFrame>(Assert.Single(frames)).Response);
    }

    [Fact]
    public async Task A_tool_that_does_not_stream_can_be_read_as_one()
    {
        await OfferAsync("ada", Tool.Create("now", () => "noon"), Tool.Create("place", () => new Point(1, 2)), Tool.Create("pause", () => { }));
        var bob = await JoinAsync("bob");
        var frames = await bob.Toolkits.StreamAsync("kit/now").ToListInTimeAsync();
        Assert.Equal("noon", Assert.IsType<ResultFrame>(Assert.Single(frames)).Response.ToString());
        Assert.Equal(["noon"], await bob.Toolkits.StreamAsync<string>("kit/now").ToListInTimeAsync());
        Assert.Equal([new Point(1, 2)], await bob.Toolkits.StreamAsync<Point>("kit/place").ToListInTimeAsync());
        Assert.Empty(await bob.Toolkits.StreamAsync<string>("kit/pause").ToListInTimeAsync());
        AssertCode(MeshErrorCode.InvalidOutput, (await Assert.ThrowsAsync<MeshException>(() => bob.Toolkits.StreamAsync<int>("kit/place").ToListInTimeAsync())).Error);
    }

    [Fact]
    public async Task Nothing_happens_before_a_stream_is_read_and_each_reading_is_a_call()
    {
        int calls = 0;
        await OfferAsync("ada", Tool.Create("words", () =>
        {
            Interlocked.Increment(ref calls);
            return Streams.Of("a");
        }));
        var bob = await JoinAsync("bob");
        var stream = bob.Toolkits.StreamAsync<string>("kit/words");
        var refused = bob.Toolkits.StreamAsync("kit/none");
        Assert.Equal(0, calls);
        Assert.Equal(["a"], await stream.ToListInTimeAsync());
        Assert.Equal(["a"], await stream.ToListInTimeAsync());
        Assert.Equal(2, calls);
        AssertCode(MeshErrorCode.NotFound, Assert.IsType<ErrorFrame>(Assert.Single(await refused.ToListInTimeAsync())).Error);
    }

    [Fact]
    public async Task A_producer_does_not_run_ahead_of_its_reader()
    {
        int sent = 0;
        await OfferAsync("ada", Tool.Create("flood", (CancellationToken stop) => Flood(stop)));
        var bob = await JoinAsync("bob");
        await using var reader = bob.Toolkits.StreamAsync<int>("kit/flood").GetAsyncEnumerator();
        for (int read = 1; read <= 50; read++)
        {
            Assert.True(await reader.MoveNextAsync().InTime());
            Assert.Equal(read - 1, reader.Current);
            Assert.InRange(Volatile.Read(ref sent), read, read + Credit + 1);
        }

        async IAsyncEnumerable<int> Flood([EnumeratorCancellation] CancellationToken stop)
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                Interlocked.Increment(ref sent);
                yield return i;
            }

            await Task.Yield();
        }
    }

    [Fact]
    public async Task Who_stops_reading_stops_the_producer()
    {
        var stopped = new Signal();
        await OfferAsync("ada", Tool.Create("flood", (CancellationToken stop) => Flood(stop)));
        var bob = await JoinAsync("bob");
        Assert.Equal([0, 1, 2], await bob.Toolkits.StreamAsync<int>("kit/flood").TakeUntilAsync(item => item == 2));
        await stopped.InTime();
        Assert.Equal(CallStatus.Cancelled, Assert.Single(EntriesOf("kit/flood")).Status);

        async IAsyncEnumerable<int> Flood([EnumeratorCancellation] CancellationToken stop)
        {
            try
            {
                for (int i = 0; ; i++)
                {
                    yield return i;
                    await Task.Yield();
                }
            }
            finally
            {
                stopped.Set();
            }
        }
    }

    [Fact]
    public async Task Cancelling_a_stream_throws_for_its_reader_and_stops_the_producer()
    {
        var stopped = new Signal();
        await OfferAsync("ada", Tool.Create("wait", (CancellationToken stop) => Wait(stop)));
        var bob = await JoinAsync("bob");
        using var cancel = new CancellationTokenSource();
        await using var reader = bob.Toolkits.StreamAsync("kit/wait", cancellationToken: cancel.Token).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync().InTime());
        var next = reader.MoveNextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next.InTime());
        await stopped.InTime();

        async IAsyncEnumerable<int> Wait([EnumeratorCancellation] CancellationToken stop)
        {
            try
            {
                yield return 1;
                await TestEnds.WaitAsync(stop);
            }
            finally
            {
                stopped.Set();
            }
        }
    }

    [Fact]
    public async Task A_stream_that_fails_keeps_what_came_before()
    {
        await OfferAsync("ada", Tool.Create("break", () => Break()));
        var bob = await JoinAsync("bob");
        var items = new List<int>();
        var error = await Assert.ThrowsAsync<MeshException>(async () =>
        {
            await foreach (int item in bob.Toolkits.StreamAsync<int>("kit/break"))
            {
                items.Add(item);
            }
        });
        Assert.Equal([1, 2], items);
        Assert.Equal((MeshErrorCode.HandlerFailed, "out of numbers"), (error.Code, error.Error.Message));
        var outcome = await bob.Toolkits.TryInvokeAsync("kit/break").InTime();
        Assert.Equal((CallStatus.Error, "[1,2]"), (outcome.Status, outcome.Response?.ToString()));

        static async IAsyncEnumerable<int> Break()
        {
            yield return 1;
            yield return 2;
            await Task.Yield();
            throw new ToolException("out of numbers");
        }
    }

    [Fact]
    public async Task An_item_that_is_not_of_the_schema_ends_the_stream()
    {
        await OfferAsync("ada", Tool.Create("bad", () => Bad()));
        var bob = await JoinAsync("bob");
        var frames = await bob.Toolkits.StreamAsync("kit/bad").ToListInTimeAsync();
        Assert.IsType<ChunkFrame>(frames[0]);
        var error = Assert.IsType<ErrorFrame>(frames[^1]).Error;
        AssertCode(MeshErrorCode.InvalidOutput, error);
        Assert.DoesNotContain("secret", error.ToString() + error.Details, StringComparison.Ordinal);

        static async IAsyncEnumerable<Rated> Bad()
        {
            yield return new Rated(1, "fine");
            await Task.Yield();
            yield return new Rated(7, "secret");
        }
    }

    private sealed record Point(int X, int Y);

    private sealed record Rated([property: System.ComponentModel.DataAnnotations.Range(1, 5)] int Stars, string Text);
}
