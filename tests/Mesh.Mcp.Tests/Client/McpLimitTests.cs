using System.Text.Json.Nodes;
using Mesh.Contracts;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp.Tests.Client;

/// <summary>Servers that give too much of something.</summary>
public sealed class McpLimitTests : ToolkitFixture
{
    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task An_answer_that_is_too_large_fails_its_call_and_no_other(string revision)
    {
        Server.Tools = [TestServer.Tool("big"), TestServer.Tool("small")];
        Server.OnCall = (request, _) => new(TestServer.Text(request.Params!.Name == "small" ? "ok" : new string('x', 300_000)));
        var ada = await OfferAsync(revision, options => options with { MaxMessageBytes = 100_000 });
        for (int i = 0; i < 3; i++)
        {
            var small = TextAsync(ada, "far/small");
            var error = await FailAsync(ada, "far/big");
            Assert.Equal((MeshErrorCode.TooLarge, "Tool 'far/big': its server answered with more than 100000 bytes."), (error.Code, error.Message));
            Assert.Equal("ok", await small);
        }

        Assert.Equal(McpToolkitState.Connected, Toolkit.Status.State);
    }

    [Fact]
    public async Task A_hundred_megabytes_are_passed_over_without_being_kept()
    {
        Server.Tools = [TestServer.Tool("huge")];
        var ada = await OfferAsync(Newer);
        Server.OnCall = (_, _) => new(TestServer.Text(new string('x', 100_000_000)));
        Assert.Equal(MeshErrorCode.TooLarge, (await FailAsync(ada, "far/huge")).Code);
        Server.OnCall = (_, _) => new(TestServer.Text("fine"));
        Assert.Equal("fine", await TextAsync(ada, "far/huge"));
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task A_list_that_is_too_large_is_reported_at_once(string revision)
    {
        Server.Tools = [TestServer.Tool("small")];
        Server.Tools[0].Description = new string('x', 300_000);
        var exception = await Assert.ThrowsAsync<MeshException>(() => OfferAsync(revision, options => options with { MaxMessageBytes = 100_000 }));
        Assert.Equal((MeshErrorCode.TooLarge, "MCP server 'far' answered with more than 100000 bytes."), (exception.Code, exception.Error.Message));
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task A_list_that_becomes_too_large_ends_the_connection_and_says_why(string revision)
    {
        Server.Tools = [TestServer.Tool("small")];
        var ada = await OfferAsync(revision, options => options with { MaxMessageBytes = 100_000, Reconnect = null });
        Server.Tools = [TestServer.Tool("small")];
        Server.Tools[0].Description = new string('x', 300_000);
        await Server.AnnounceChangeAsync().InTime();
        Assert.Equal(MeshErrorCode.TooLarge, (await StatusAsync(status => status.State == McpToolkitState.Closed)).Error?.Code);
        Assert.Equal(MeshErrorCode.Unavailable, (await FailAsync(ada, "far/small")).Code);
    }

    [Fact]
    public async Task A_server_that_asks_without_end_is_answered_ten_times()
    {
        Server.Tools = [TestServer.Tool("ask"), TestServer.Tool("go")];
        int rounds = 0;
        Server.OnCall = (request, _) =>
        {
            if (request.Params!.Name == "go")
            {
                return new(TestServer.Text("fine"));
            }

            rounds++;
            throw new InputRequiredException(new Dictionary<string, InputRequest> { ["q"] = InputRequest.ForElicitation(new() { Message = "And now?", RequestedSchema = new() }) }, "again");
        };
        int asked = 0;
        var ada = await OfferAsync(Newer, options => options with
        {
            Questions = (_, _) =>
            {
                asked++;
                return new(McpAnswer.Accepted());
            },
        });
        Assert.Equal(MeshErrorCode.ProtocolError, (await FailAsync(ada, "far/ask")).Code);
        Assert.Equal((10, 9), (rounds, asked));
        Assert.Equal("fine", await TextAsync(ada, "far/go"));
    }

    [Fact]
    public async Task A_server_that_reads_nothing_holds_up_no_call_beyond_its_deadline()
    {
        Server.Tools = [TestServer.Tool("go")];
        var (toServer, fromServer) = Server.Open();
        var stuck = new StuckStream(toServer);
        Connect(await McpToolkit.ConnectAsync("far", McpTransport.Streams(stuck, fromServer), Options(Newer) with { Reconnect = null }, Stop).InTime());
        await Toolkit.RegisterAsync(await JoinAsync("bridge", Grants.Full, ParticipantRole.Agent), null, Stop).InTime();
        var ada = await JoinAsync("ada");
        Assert.Equal("go {}", await TextAsync(ada, "far/go"));
        stuck.IsStuck = true;
        var calls = Enumerable.Range(0, 3).Select(_ => ada.Toolkits.TryInvokeAsync("far/go", default(JsonPayload), new CallOptions { Timeout = TimeSpan.FromSeconds(5) }, null, Stop).AsTask()).ToArray();
        await stuck.Stuck.InTime();
        Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.All(await Task.WhenAll(calls).InTime(), outcome => Assert.Equal(MeshErrorCode.DeadlineExceeded, outcome.Error?.Code));
        await Toolkit.DisposeAsync().InTime();
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task More_tools_than_are_taken_are_left_out_and_reported(string revision)
    {
        Server.Tools = [.. Enumerable.Range(0, 20).Select(i => TestServer.Tool($"tool{i}"))];
        var ada = await OfferAsync(revision, options => options with { MaxTools = 7 });
        Assert.Equal(7, (await KitAsync(ada)).Tools.Count);
        Assert.Equal(MeshErrorCode.TooLarge, Assert.Single(Toolkit.Status.Skipped).Error.Code);
    }

    [Fact]
    public async Task Pages_of_tools_are_read_to_their_end_but_not_for_ever()
    {
        int pages = 0;
        Server.Configure = options => options.Handlers.ListToolsHandler = (request, _) =>
        {
            pages++;
            return new(new ListToolsResult { Tools = pages <= 2 ? [TestServer.Tool($"tool{pages}")] : [], NextCursor = "more" });
        };
        var ada = await OfferAsync(Newer, options => options with { MaxTools = 50 });
        Assert.Equal(["tool1", "tool2"], (await KitAsync(ada)).Tools.Select(tool => tool.Name));
        Assert.Equal((51, MeshErrorCode.ProtocolError), (pages, Assert.Single(Toolkit.Status.Skipped).Error.Code));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flood_of_notifications_is_counted_and_holds_nothing_up(bool sdkTransport)
    {
        Server.Tools = [TestServer.Tool("flood")];
        Server.OnCall = async (request, token) =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                await request.Server.SendMessageAsync(new JsonRpcNotification { Method = "notifications/message", Params = new JsonObject { ["level"] = "info", ["data"] = i } }, token);
            }

            return TestServer.Text("done");
        };
        var ada = await OfferAsync(Older, sdkTransport: sdkTransport);
        Assert.Equal("done", await TextAsync(ada, "far/flood"));
        Assert.Equal(10_000, Toolkit.DroppedMessages);
    }

    [Fact]
    public async Task A_flood_of_progress_does_not_outrun_a_slow_reader_without_bound()
    {
        Server.Tools = [TestServer.Tool("flood")];
        Server.OnCall = async (request, token) =>
        {
            for (int i = 0; i < 5_000; i++)
            {
                await request.Server.NotifyProgressAsync(request.Params!.ProgressToken!.Value, new() { Progress = i }, cancellationToken: token);
            }

            return TestServer.Text("done");
        };
        var ada = await OfferAsync(Newer);
        await using var reader = ada.Toolkits.StreamAsync("far/flood", default(JsonPayload), cancellationToken: Stop).GetAsyncEnumerator(Stop);
        Assert.True(await reader.MoveNextAsync().InTime());
        await UntilAsync(() => Toolkit.DroppedMessages > 4_925);
        double last = ((ProgressFrame)reader.Current).Value;
        int frames = 1;
        while (await reader.MoveNextAsync().InTime() && reader.Current is ProgressFrame progress)
        {
            Assert.True(progress.Value > last);
            last = progress.Value;
            frames++;
        }

        Assert.Equal((4_999, true), (last, frames < 80));
        Assert.Equal("done", Assert.IsType<ResultFrame>(reader.Current).Response.ToString());
    }

    [Fact]
    public async Task Requests_of_the_server_that_are_too_many_at_once_are_refused()
    {
        Server.Tools = [TestServer.Tool("flood")];
        var release = new Signal();
        Server.OnCall = async (request, token) =>
        {
            var asked = Enumerable.Range(0, 100).Select(async _ =>
            {
                try
                {
                    return (await request.Server.ElicitAsync(new ElicitRequestParams { Message = "?", RequestedSchema = new() }, token)).Action;
                }
                catch (ModelContextProtocol.McpException)
                {
                    return "refused";
                }
            }).ToArray();
            await Task.WhenAll(asked.Where(each => each.IsCompleted));
            string[] answers = await Task.WhenAll(asked);
            return TestServer.Text($"{answers.Count(each => each == "refused")} {answers.Count(each => each == "decline")}");
        };
        var ada = await OfferAsync(Older, options => options with
        {
            Questions = async (_, token) =>
            {
                await release.WaitAsync(token);
                return McpAnswer.Declined;
            },
        });
        var call = TextAsync(ada, "far/flood");
        await UntilAsync(() => Toolkit.DroppedMessages == 36);
        release.Set();
        Assert.Equal("36 64", await call);
    }

    /// <summary>A stream that takes nothing any more once it is stuck, until it is closed.</summary>
    private sealed class StuckStream(Stream inner) : Stream
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool IsStuck;

        public Signal Stuck { get; } = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (IsStuck)
            {
                Stuck.Set();
                await _closed.Task.WaitAsync(cancellationToken);
                throw new IOException("Closed.");
            }

            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        protected override void Dispose(bool disposing)
        {
            _closed.TrySetResult();
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
