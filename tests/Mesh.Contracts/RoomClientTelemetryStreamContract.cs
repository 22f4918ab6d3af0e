namespace Mesh.Contracts;

/// <summary>The spans of streams: as long as they are read, below whoever reads, and linked to whoever asked for them.</summary>
public abstract class RoomClientTelemetryStreamContract : RoomClientContract
{
    private readonly SpanCollector _spans;

    protected RoomClientTelemetryStreamContract() => _spans = Own(new SpanCollector());

    [Fact]
    public async Task The_span_of_a_stream_lasts_until_it_is_read_to_its_end()
    {
        var isRead = new Signal();
        await OfferAsync("ada", Tool.Create("count", CountOn));
        var bob = await JoinAsync("bob");
        using var test = SpanCollector.Source.StartActivity("test")!;
        await foreach (int item in bob.Toolkits.StreamAsync<int>("kit/count"))
        {
            Assert.DoesNotContain(_spans.Ended, span => span.DisplayName == "execute_tool kit/count" && !isRead.IsSet);
            isRead.Set();
        }

        _spans.AssertTree(
            test,
            """
            test
              execute_tool kit/count call.streaming=True
                item
                item

            """,
            "mesh.call.streaming");

        async IAsyncEnumerable<int> CountOn()
        {
            await foreach (int item in Count())
            {
                yield return item;

                // A connection takes some items ahead of their reader.
                await isRead.InTime();
            }
        }
    }

    [Fact]
    public async Task Who_stops_reading_a_stream_cancels_its_span()
    {
        await OfferAsync("ada", Tool.Create("count", Endless));
        var bob = await JoinAsync("bob");
        using var test = SpanCollector.Source.StartActivity("test")!;
        await foreach (int item in bob.Toolkits.StreamAsync<int>("kit/count"))
        {
            break;
        }

        _spans.AssertTree(
            test,
            """
            test
              execute_tool kit/count error.type=cancelled !

            """);
    }

    [Fact]
    public async Task A_stream_belongs_to_its_reader_and_is_linked_to_who_asked_for_it()
    {
        await OfferAsync("ada", Tool.Create("count", Count));
        var bob = await JoinAsync("bob");
        IAsyncEnumerable<int> stream;
        using (SpanCollector.Source.StartActivity("asking"))
        {
            stream = bob.Toolkits.StreamAsync<int>("kit/count");
        }

        using var test = SpanCollector.Source.StartActivity("reading")!;
        await stream.ToListInTimeAsync();
        _spans.AssertTree(
            test,
            """
            reading
              execute_tool kit/count -> asking
                item
                item

            """);
    }

    [Fact]
    public async Task Streamed_input_is_made_in_the_activity_of_its_caller()
    {
        var started = new Signal();
        await OfferAsync("ada", Tool.Create("sum", async (IAsyncEnumerable<int> numbers) =>
        {
            using var adding = SpanCollector.Source.StartActivity("adding");
            started.Set();
            int sum = 0;
            await foreach (int number in numbers)
            {
                sum += number;
            }

            return sum;
        }));
        await JoinToolsAsync("cal", Tool.Create("count", Count));
        var bob = await JoinAsync("bob");
        using var test = SpanCollector.Source.StartActivity("test")!;
        var outcome = await bob.Toolkits.TryInvokeAsync("kit/sum", input: StreamedInput.FromItems(Forward())).InTime();
        Assert.Equal("3", outcome.Response?.ToString());
        _spans.AssertTree(
            test,
            """
            test
              execute_tool kit/sum
                adding
              execute_tool tools/count
                item
                item

            """);

        async IAsyncEnumerable<int> Forward()
        {
            // A connection asks for items ahead of the handler.
            await started.InTime();
            await foreach (int item in bob.Toolkits.StreamAsync<int>("tools/count"))
            {
                yield return item;
            }
        }
    }

    private static async IAsyncEnumerable<int> Count()
    {
        for (int i = 1; i <= 2; i++)
        {
            using (SpanCollector.Source.StartActivity("item"))
            {
                await Task.Yield();
            }

            yield return i;
        }
    }

    private static async IAsyncEnumerable<int> Endless()
    {
        for (int i = 0; ; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    private async Task JoinToolsAsync(string name, Tool tool)
    {
        var client = await JoinAsync(name, Grants.Full, ParticipantRole.Tool);
        await client.Toolkits.RegisterAsync(Toolkit.Create("tools", tool)).InTime();
    }
}
