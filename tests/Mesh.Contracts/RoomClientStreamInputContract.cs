using System.Runtime.CompilerServices;

namespace Mesh.Contracts;

/// <summary>What a caller streams to a tool.</summary>
public abstract class RoomClientStreamInputContract : RoomClientContract
{
    private static readonly Tool Sum = Tool.Create("sum", async (IAsyncEnumerable<int> numbers, int start = 0) =>
    {
        await foreach (int number in numbers)
        {
            start += number;
        }

        return start;
    });

    [Fact]
    public async Task Items_reach_the_tool_in_order()
    {
        await OfferAsync("ada", Sum, Tool.Create("join", (IAsyncEnumerable<string> words) => JoinWords(words)));
        var bob = await JoinAsync("bob");
        var outcome = await bob.Toolkits.TryInvokeAsync("kit/sum", new { start = 100 }, input: StreamedInput.FromItems(Streams.Of(1, 2, 3))).InTime();
        Assert.Equal("106", outcome.Response?.ToString());
        outcome = await bob.Toolkits.TryInvokeAsync("kit/join", input: StreamedInput.FromItems(Streams.Of("a", "ø"))).InTime();
        Assert.Equal("aø", outcome.Response?.ToString());
        outcome = await bob.Toolkits.TryInvokeAsync("kit/join", input: Streams.Of<ContentPart>(new TextPart("x"), new TextPart("y"))).InTime();
        Assert.Equal("xy", outcome.Response?.ToString());
    }

    [Fact]
    public async Task A_caller_that_streams_nothing_gives_an_empty_stream()
    {
        await OfferAsync("ada", Sum);
        var bob = await JoinAsync("bob");
        Assert.Equal(0, await bob.Toolkits.InvokeAsync<int>("kit/sum").InTime());
    }

    [Fact]
    public async Task Bytes_reach_the_tool_as_bytes()
    {
        await OfferAsync("ada",
            Tool.Create("memories", async (IAsyncEnumerable<ReadOnlyMemory<byte>> chunks) => await Gather(chunks, chunk => chunk.ToArray())),
            Tool.Create("arrays", async (IAsyncEnumerable<byte[]> chunks) => await Gather(chunks, chunk => chunk)),
            Tool.Create("parts", async (IAsyncEnumerable<ContentPart> parts) => await Gather(parts, part => ((BytesPart)part).Data.ToArray())));
        var bob = await JoinAsync("bob");
        foreach (string tool in new[] { "kit/memories", "kit/arrays", "kit/parts" })
        {
            var input = StreamedInput.FromBytes(Streams.Of<ReadOnlyMemory<byte>>(new byte[] { 1, 2 }, new byte[] { 3 }));
            var outcome = await bob.Toolkits.TryInvokeAsync(tool, input: input).InTime();
            Assert.Equal([1, 2, 3], Assert.IsType<FileResponse>(outcome.Response).File.Data.ToArray());
        }
    }

    [Fact]
    public async Task Input_and_output_stream_together()
    {
        await OfferAsync("ada", Tool.Create("double", (IAsyncEnumerable<int> numbers) => Double(numbers)));
        var bob = await JoinAsync("bob");
        Assert.Equal([2, 4, 6], await bob.Toolkits.StreamAsync<int>("kit/double", input: StreamedInput.FromItems(Streams.Of(1, 2, 3))).ToListInTimeAsync());

        static async IAsyncEnumerable<int> Double(IAsyncEnumerable<int> numbers)
        {
            await foreach (int number in numbers)
            {
                yield return number * 2;
            }
        }
    }

    [Fact]
    public async Task An_item_that_is_not_of_the_schema_ends_the_call()
    {
        await OfferAsync("ada", Sum);
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/sum", input: StreamedInput.FromItems(Streams.Of<object>(1, "two"))));
        AssertCode(MeshErrorCode.InvalidArguments, error);
        Assert.Contains("input stream", error.Message, StringComparison.Ordinal);
        Assert.Equal("type", error.Details!.Value.GetProperty("violations")[0].GetProperty("keyword").GetString());
        error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/sum", input: StreamedInput.FromBytes(Streams.Of<ReadOnlyMemory<byte>>(new byte[1]))));
        AssertCode(MeshErrorCode.InvalidArguments, error);
    }

    [Fact]
    public async Task Json_for_a_tool_that_takes_bytes_is_refused()
    {
        await OfferAsync("ada", Tool.Create("arrays", async (IAsyncEnumerable<byte[]> chunks) => await Gather(chunks, chunk => chunk)));
        var bob = await JoinAsync("bob");
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/arrays", input: StreamedInput.FromItems(Streams.Of(1)))));
    }

    [Fact]
    public async Task Text_is_read_as_the_type_of_the_items()
    {
        await OfferAsync("ada", Tool.Create("latest", async (IAsyncEnumerable<DateOnly> days) =>
        {
            var latest = DateOnly.MinValue;
            await foreach (var day in days)
            {
                latest = day > latest ? day : latest;
            }

            return latest;
        }));
        var bob = await JoinAsync("bob");
        var outcome = await bob.Toolkits.TryInvokeAsync("kit/latest", input: Streams.Of<ContentPart>(new TextPart("2030-01-02"), new TextPart("2029-12-31"))).InTime();
        Assert.Equal("2030-01-02", outcome.Response is JsonResponse json ? json.Value.ToElement().GetString() : outcome.ToString());
    }

    [Fact]
    public async Task Input_that_throws_ends_the_call_and_its_text_stays_with_its_caller()
    {
        Exception? seen = null;
        await OfferAsync("ada", Tool.Create("sum", async (IAsyncEnumerable<int> numbers) =>
        {
            try
            {
                await foreach (int number in numbers)
                {
                }
            }
            catch (Exception exception)
            {
                seen = exception;
                throw;
            }
        }));
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/sum", input: StreamedInput.FromItems(Break())));
        AssertCode(MeshErrorCode.InvalidArguments, error);
        Assert.DoesNotContain("bob's secret", seen?.ToString() ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("bob's secret", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(Faults, fault => fault.Exception?.ToString().Contains("bob's secret", StringComparison.Ordinal) ?? false);

        static async IAsyncEnumerable<int> Break()
        {
            yield return 1;
            await Task.Yield();
            throw new InvalidOperationException("bob's secret");
        }
    }

    [Fact]
    public async Task A_tool_that_stops_reading_ends_the_input()
    {
        var ended = new Signal();
        await OfferAsync("ada", Tool.Create("first", async (IAsyncEnumerable<int> numbers) =>
        {
            await foreach (int number in numbers)
            {
                return number;
            }

            return -1;
        }));
        var bob = await JoinAsync("bob");
        var outcome = await bob.Toolkits.TryInvokeAsync("kit/first", input: StreamedInput.FromItems(Endless())).InTime();
        Assert.Equal("7", outcome.Response?.ToString());
        await ended.InTime();

        async IAsyncEnumerable<int> Endless()
        {
            try
            {
                while (true)
                {
                    yield return 7;
                    await Task.Yield();
                }
            }
            finally
            {
                ended.Set();
            }
        }
    }

    [Fact]
    public async Task A_call_that_is_cancelled_ends_its_input()
    {
        var (waiting, ended) = (new Signal(), new Signal());
        await OfferAsync("ada", Sum);
        var bob = await JoinAsync("bob");
        using var cancel = new CancellationTokenSource();
        var call = bob.Toolkits.TryInvokeAsync("kit/sum", input: StreamedInput.FromItems(Wait()), cancellationToken: cancel.Token);
        await waiting.InTime();
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        await ended.InTime();

        async IAsyncEnumerable<int> Wait([EnumeratorCancellation] CancellationToken stop = default)
        {
            try
            {
                yield return 1;
                waiting.Set();
                await TestEnds.WaitAsync(stop);
            }
            finally
            {
                ended.Set();
            }
        }
    }

    private static async Task<byte[]> Gather<T>(IAsyncEnumerable<T> chunks, Func<T, byte[]> bytes)
    {
        var all = new List<byte>();
        await foreach (var chunk in chunks)
        {
            all.AddRange(bytes(chunk));
        }

        return [.. all];
    }

    private static async Task<string> JoinWords(IAsyncEnumerable<string> words)
    {
        string joined = "";
        await foreach (string word in words)
        {
            joined += word;
        }

        return joined;
    }
}
