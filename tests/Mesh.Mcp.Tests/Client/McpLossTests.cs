using Mesh.Contracts;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Client;

/// <summary>Servers that go away, and come back or not.</summary>
public sealed class McpLossTests : ToolkitFixture
{
    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task What_became_of_a_running_call_is_said_as_exactly_as_it_is_known(string revision)
    {
        var started = new SemaphoreSlim(0);
        Server.Tools = [TestServer.Tool("act"), TestServer.Tool("look"), TestServer.Tool("set")];
        Server.Tools[1].Annotations = new() { ReadOnlyHint = true };
        Server.Tools[2].Annotations = new() { IdempotentHint = true };
        Server.OnCall = async (_, token) =>
        {
            started.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return TestServer.Text("never");
        };
        var ada = await OfferAsync(revision, sdkTransport: true);
        var calls = ((string[])["far/act", "far/look"]).Select(tool => ada.Toolkits.TryInvokeAsync(tool, default(JsonPayload), cancellationToken: Stop).AsTask()).ToArray();
        var streamed = ada.Toolkits.StreamAsync("far/set", default(JsonPayload), cancellationToken: Stop).ToListInTimeAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await started.WaitAsync(Bounded.TestTimeout, Stop));
        }

        await Server.CrashAsync();
        var outcomes = await Task.WhenAll(calls).InTime();
        Assert.Equal((CallStatus.Unknown, MeshErrorCode.ProviderLost), (outcomes[0].Status, outcomes[0].Error!.Code));
        Assert.Equal((CallStatus.Error, MeshErrorCode.Unavailable, true), (outcomes[1].Status, outcomes[1].Error!.Code, outcomes[1].Error!.Retryable));
        Assert.Equal(MeshErrorCode.Unavailable, Assert.IsType<ErrorFrame>((await streamed)[^1]).Error.Code);
        Assert.Empty(Faults);
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task A_lost_server_is_tried_again_after_longer_and_longer_times(string revision)
    {
        Server.Tools = [TestServer.Tool("go")];
        var ada = await OfferAsync(revision, sdkTransport: true);
        var registered = Registration.Current;
        Server.IsDown = true;
        await Server.CrashAsync();
        await StatusAsync(status => status.State == McpToolkitState.Reconnecting);
        foreach (int seconds in (int[])[1, 2, 4])
        {
            await Clock.TimerWithinAsync(TimeSpan.FromSeconds(seconds)).InTime();
            var error = await FailAsync(ada, "far/go");
            Assert.Equal((MeshErrorCode.Unavailable, true, TimeSpan.FromSeconds(seconds)), (error.Code, error.Retryable, error.RetryAfter));
            if (seconds == 4)
            {
                Server.IsDown = false;
            }

            int failed = Toolkit.Status.FailedAttempts;
            Clock.Advance(TimeSpan.FromSeconds(seconds));
            await StatusAsync(status => status.FailedAttempts == failed + 1 || (seconds == 4 && status.State == McpToolkitState.Connected));
        }

        await UntilAsync(() => Toolkit.Status.State == McpToolkitState.Connected);
        Assert.Equal("go {}", await TextAsync(ada, "far/go"));
        Assert.Same(registered, Registration.Current);
        Assert.Equal((2, 0), (Server.Connections, Toolkit.Status.FailedAttempts));
    }

    [Fact]
    public async Task A_server_that_comes_back_with_other_tools_is_offered_with_those()
    {
        Server.Tools = [TestServer.Tool("old")];
        var ada = await OfferAsync(Newer, sdkTransport: true);
        Server.Tools = [TestServer.Tool("new")];
        await Server.CrashAsync();
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(1)).InTime();
        Clock.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => Registration.Current?.Toolkit.Tools[0].Name == "new");
        Assert.Equal("new {}", await TextAsync(ada, "far/new"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_is_given_up_says_so(bool byOption)
    {
        Server.Tools = [TestServer.Tool("go")];
        var ada = await OfferAsync(Newer, options => byOption ? options with { Reconnect = null } : options);
        await Server.CrashAsync();
        if (!byOption)
        {
            // Its streams cannot be opened again.
            await Clock.TimerWithinAsync(TimeSpan.FromSeconds(1)).InTime();
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await StatusAsync(status => status.State == McpToolkitState.Closed);
        var error = await FailAsync(ada, "far/go");
        Assert.Equal((MeshErrorCode.Unavailable, false), (error.Code, error.Retryable));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_not_waited_for_longer_than_allowed()
    {
        var (up, down) = (new System.IO.Pipelines.Pipe(), new System.IO.Pipelines.Pipe());
        var connecting = McpToolkit.ConnectAsync("far", McpTransport.Streams(up.Writer.AsStream(), down.Reader.AsStream()), Options(Newer), Stop);
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(30)).InTime();
        Clock.Advance(TimeSpan.FromSeconds(31));
        var exception = await Assert.ThrowsAsync<MeshException>(() => connecting.InTime());
        Assert.Equal((MeshErrorCode.Unavailable, "MCP server 'far' did not answer within 30 s."), (exception.Code, exception.Error.Message));
    }

    [Fact]
    public async Task A_server_that_never_lists_its_tools_is_not_waited_for_either()
    {
        var listing = new Signal();
        Server.Configure = options => options.Handlers.ListToolsHandler = async (_, token) =>
        {
            listing.Set();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return new ListToolsResult();
        };
        var connecting = McpToolkit.ConnectAsync("far", Server.Streams(), Options(Older), Stop);
        await listing.InTime();
        Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(MeshErrorCode.Unavailable, (await Assert.ThrowsAsync<MeshException>(() => connecting.InTime())).Code);
    }

    [Fact]
    public async Task Disposing_ends_calls_that_run_and_waits_for_them()
    {
        var started = new Signal();
        Server.Tools = [TestServer.Tool("act")];
        Server.OnCall = async (_, token) =>
        {
            started.Set();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return TestServer.Text("never");
        };
        var ada = await OfferAsync(Newer);
        var call = ada.Toolkits.TryInvokeAsync("far/act", default(JsonPayload), cancellationToken: Stop);
        await started.InTime();
        await Toolkit.DisposeAsync().InTime();
        Assert.Equal(CallStatus.Unknown, (await call.InTime()).Status);
        await Toolkit.DisposeAsync().InTime();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Toolkit.RegisterAsync(ada, null, Stop));
    }
}
