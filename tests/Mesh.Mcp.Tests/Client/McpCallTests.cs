using System.Text.Json.Nodes;
using Mesh.Contracts;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Client;

/// <summary>Calls that take time: progress, cancellation, deadlines, several at once.</summary>
public sealed class McpCallTests : ToolkitFixture
{
    [Theory]
    [InlineData(Older, false)]
    [InlineData(Older, true)]
    [InlineData(Newer, false)]
    [InlineData(Newer, true)]
    public async Task Progress_comes_in_the_order_in_which_it_was_sent_and_before_the_result(string revision, bool sdkTransport)
    {
        Server.Tools = [TestServer.Tool("go")];
        Server.OnCall = async (request, token) =>
        {
            for (int i = 1; i <= 50; i++)
            {
                await request.Server.NotifyProgressAsync(request.Params!.ProgressToken!.Value, new() { Progress = i, Total = 50, Message = $"step {i}" }, cancellationToken: token);
            }

            return TestServer.Text("done");
        };
        var ada = await OfferAsync(revision, sdkTransport: sdkTransport);
        for (int round = 0; round < 20; round++)
        {
            var frames = await FramesAsync(ada, "far/go");
            Assert.Equal("done", ((ResultFrame)frames[^1]).Response.ToString());
            Assert.Equal(Enumerable.Range(1, 50).Select(i => ((double)i, 50d, $"step {i}")), frames.OfType<ProgressFrame>().Select(each => (each.Value, each.Total!.Value, each.Message!)));
        }
    }

    [Fact]
    public async Task Progress_that_goes_back_or_that_is_for_no_call_is_dropped_and_counted()
    {
        Server.Tools = [TestServer.Tool("go")];
        Server.OnCall = async (request, token) =>
        {
            var id = request.Params!.ProgressToken!.Value;
            foreach (double value in (double[])[1, 3, 2, 3, 4])
            {
                await request.Server.NotifyProgressAsync(id, new() { Progress = (float)value }, cancellationToken: token);
            }

            await request.Server.NotifyProgressAsync(new ProgressToken("somebody"), new() { Progress = 1 }, cancellationToken: token);
            await request.Server.SendMessageAsync(
                new JsonRpcNotification { Method = NotificationMethods.ProgressNotification, Params = new JsonObject { ["progressToken"] = JsonNode.Parse(((long)id.Token!).ToString(System.Globalization.CultureInfo.InvariantCulture)), ["progress"] = "much" } }, token);
            return TestServer.Text("done");
        };
        var ada = await OfferAsync(Newer);
        Assert.Equal([1, 3, 3, 4], (await FramesAsync(ada, "far/go")).OfType<ProgressFrame>().Select(each => each.Value));
        Assert.Equal(3, Toolkit.DroppedMessages);
    }

    [Theory]
    [InlineData(Older, false)]
    [InlineData(Older, true)]
    [InlineData(Newer, false)]
    [InlineData(Newer, true)]
    public async Task Cancelling_a_call_cancels_it_at_the_server(string revision, bool sdkTransport)
    {
        Server.Tools = [TestServer.Tool("hold")];
        var ada = await OfferAsync(revision, sdkTransport: sdkTransport);
        for (int round = 0; round < 30; round++)
        {
            var (started, cancelled) = (new Signal(), new Signal());
            Server.OnCall = async (_, token) =>
            {
                await using var registration = token.Register(cancelled.Set);
                started.Set();
                await cancelled.WaitAsync(CancellationToken.None);
                return TestServer.Text("too late");
            };
            using var cancel = new CancellationTokenSource();
            var call = ada.Toolkits.TryInvokeAsync("far/hold", default(JsonPayload), cancellationToken: cancel.Token);
            await started.InTime();
            await cancel.CancelAsync();
            Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
            await cancelled.InTime();
        }

        Server.OnCall = (_, _) => new(TestServer.Text("still there"));
        Assert.Equal("still there", await TextAsync(ada, "far/hold"));
    }

    [Fact]
    public async Task A_deadline_cancels_the_call_at_a_server_that_never_answers()
    {
        Server.Tools = [TestServer.Tool("hold")];
        var (started, cancelled) = (new Signal(), new Signal());
        Server.OnCall = async (_, token) =>
        {
            await using var registration = token.Register(cancelled.Set);
            started.Set();
            await cancelled.WaitAsync(CancellationToken.None);
            return TestServer.Text("too late");
        };
        var ada = await OfferAsync(Newer);
        var call = ada.Toolkits.TryInvokeAsync("far/hold", default(JsonPayload), new CallOptions { Timeout = TimeSpan.FromSeconds(5) }, null, Stop);
        await started.InTime();
        Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(MeshErrorCode.DeadlineExceeded, (await call.InTime()).Error?.Code);
        await cancelled.InTime();
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task Calls_run_side_by_side(string revision)
    {
        Server.Tools = [TestServer.Tool("meet")];
        int waiting = 0;
        var all = new Signal();
        Server.OnCall = async (request, token) =>
        {
            if (Interlocked.Increment(ref waiting) == 20)
            {
                all.Set();
            }

            await all.WaitAsync(token);
            return TestServer.Text($"{request.Params!.Arguments!["n"]}");
        };
        var ada = await OfferAsync(revision);
        var calls = Enumerable.Range(0, 20).Select(n => TextAsync(ada, "far/meet", new { n })).ToArray();
        Assert.Equal(Enumerable.Range(0, 20).Select(n => $"{n}"), await Task.WhenAll(calls).InTime());
    }

    [Fact]
    public async Task An_answer_that_is_no_result_fails_the_call_and_nothing_else()
    {
        Server.Tools = [TestServer.Tool("go")];
        Server.OnCall = static (_, _) => new(new CallToolResult { Content = [new ImageContentBlock { Data = "%%%"u8.ToArray(), MimeType = "image/png" }] });
        var ada = await OfferAsync(Newer);
        var error = await FailAsync(ada, "far/go");
        Assert.Equal(MeshErrorCode.ProtocolError, error.Code);
        Assert.Equal(McpToolkitState.Connected, Toolkit.Status.State);
    }
}
