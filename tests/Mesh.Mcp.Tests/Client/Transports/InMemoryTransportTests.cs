using System.Text.Json.Nodes;
using Mesh.Contracts;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Client.Transports;

/// <summary>Servers in the same process: two rooms that are connected by messages as objects, and the transport by itself.</summary>
public sealed class InMemoryTransportTests : ToolkitFixture
{
    private RoomMcpServer _far = null!;

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task A_tool_of_one_room_is_called_from_another(string revision)
    {
        var ada = await ConnectRoomsAsync(
            revision,
            server => McpTransport.InMemory(server.RunAsync),
            Tool.Create("add", (int a, int b) => a + b),
            Tool.Create("fail", string () => throw new ToolException("Not today.")),
            Tool.Create("count", async (CallContext call) =>
            {
                for (int i = 1; i <= 5; i++)
                {
                    await call.ReportProgressAsync(i, 5, $"{i}");
                }

                return "counted";
            }));
        Assert.Equal("5", (await JsonAsync(ada, "far/kit_add", new { a = 2, b = 3 })).GetRawText());
        Assert.Equal("Not today.", (await FailAsync(ada, "far/kit_fail")).Message);
        Assert.Equal(MeshErrorCode.InvalidArguments, (await FailAsync(ada, "far/kit_add", new { a = "2" })).Code);
        var frames = await FramesAsync(ada, "far/kit_count");
        Assert.Equal([1, 2, 3, 4, 5], frames.OfType<ProgressFrame>().Select(frame => frame.Value));
        Assert.IsType<ResultFrame>(frames[^1]);
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task Cancelling_reaches_the_tool_in_the_other_room(string revision)
    {
        var (started, cancelled) = (new Signal(), new Signal());
        var ada = await ConnectRoomsAsync(revision, server => McpTransport.InMemory(server.RunAsync), Tool.Create("wait", async (CancellationToken token) =>
        {
            started.Set();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }
            finally
            {
                cancelled.Set();
            }
        }));
        using var stop = new CancellationTokenSource();
        var call = ada.Toolkits.TryInvokeAsync("far/kit_wait", default(JsonPayload), cancellationToken: stop.Token).AsTask();
        await started.InTime();
        await stop.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        await cancelled.InTime();
    }

    [Fact]
    public async Task A_server_that_fails_is_connected_to_again()
    {
        var fail = new TaskCompletionSource();
        int sessions = 0;
        var ada = await ConnectRoomsAsync(
            Newer,
            server => McpTransport.InMemory((transport, token) => ++sessions > 1 ? server.RunAsync(transport, token)
                : Task.WhenAny(server.RunAsync(transport, token), fail.Task).Unwrap()),
            Tool.Create("go", () => "gone"));
        Assert.Equal("gone", await TextAsync(ada, "far/kit_go"));
        fail.SetException(new InvalidOperationException("Out of luck."));
        var lost = await StatusAsync(status => status.State == McpToolkitState.Reconnecting && status.Error is not null);
        Assert.Contains("MCP server 'memory' has failed.", lost.Error!.ToString(), StringComparison.Ordinal);
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(1)).InTime();
        Clock.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => Toolkit.Status.State == McpToolkitState.Connected);
        Assert.Equal(("gone", 2), (await TextAsync(ada, "far/kit_go"), sessions));
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task Disposing_the_client_ends_the_session_and_disposing_the_server_the_connection(string revision)
    {
        var ended = new Signal();
        await ConnectRoomsAsync(revision, server => McpTransport.InMemory(async (transport, token) =>
        {
            await server.RunAsync(transport, token);
            Assert.True(transport.MessageReader.Completion.IsCompleted);
            ended.Set();
        }));
        await Toolkit.DisposeAsync().InTime();
        await ended.InTime();

        var again = Own(await McpToolkit.ConnectAsync("again", McpTransport.InMemory(_far.RunAsync), Options(revision) with { Reconnect = null }, Stop).InTime());
        await _far.DisposeAsync().InTime();
        await UntilAsync(() => again.Status.State == McpToolkitState.Closed);
    }

    [Fact]
    public async Task Each_side_owns_what_it_gets()
    {
        await using var pair = await Pair.OpenAsync();
        var sent = new JsonObject { ["name"] = "before", ["list"] = new JsonArray(1, 2) };
        await pair.Client.SendMessageAsync(new JsonRpcRequest { Id = new RequestId(7), Method = "m", Params = sent }, Stop).InTime();
        sent["name"] = "after";
        var got = Assert.IsType<JsonRpcRequest>(await pair.Server.MessageReader.ReadAsync(Stop).InTime());
        Assert.Equal(("""{"name":"before","list":[1,2]}""", new RequestId(7)), (got.Params!.ToJsonString(), got.Id));
        got.Params["list"]!.AsArray().Clear();
        Assert.Equal("""{"name":"after","list":[1,2]}""", sent.ToJsonString());

        await pair.Server.SendMessageAsync(new JsonRpcError { Id = got.Id, Error = new() { Code = -1, Message = "no", Data = new List<int> { 1 } } }, Stop).InTime();
        var error = Assert.IsType<JsonRpcError>(await pair.Client.MessageReader.ReadAsync(Stop).InTime());
        Assert.Equal("[1]", error.Error.Data!.ToString());
    }

    [Fact]
    public async Task A_side_that_does_not_read_makes_the_other_one_wait()
    {
        await using var pair = await Pair.OpenAsync();
        for (int i = 0; i < InMemoryEnd.Capacity; i++)
        {
            await pair.Client.SendMessageAsync(Note(i), Stop).InTime();
        }

        using var stop = new CancellationTokenSource();
        var given = pair.Client.SendMessageAsync(Note(-1), stop.Token);
        var waiting = pair.Client.SendMessageAsync(Note(InMemoryEnd.Capacity), Stop);
        Assert.False(given.IsCompleted || waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.InTime());
        for (int i = 0; i <= InMemoryEnd.Capacity; i++)
        {
            Assert.Equal($"{i}", ((JsonRpcNotification)await pair.Server.MessageReader.ReadAsync(Stop).InTime()).Method);
        }

        await waiting.InTime();
    }

    [Fact]
    public async Task Nothing_can_be_sent_after_the_end_and_both_readers_end()
    {
        var pair = await Pair.OpenAsync();
        await pair.Client.SendMessageAsync(Note(1), Stop).InTime();
        await pair.DisposeAsync().InTime();
        await pair.DisposeAsync().InTime();
        await pair.Client.MessageReader.Completion.InTime();
        await Assert.ThrowsAsync<IOException>(() => pair.Client.SendMessageAsync(Note(2), Stop).InTime());
        await Assert.ThrowsAsync<IOException>(() => pair.Server.SendMessageAsync(Note(2), Stop).InTime());
        Assert.Equal("1", ((JsonRpcNotification)await pair.Server.MessageReader.ReadAsync(Stop).InTime()).Method);
        await pair.Server.MessageReader.Completion.InTime();
    }

    [Fact]
    public async Task A_session_keeps_nothing_of_the_call_that_it_was_begun_in()
    {
        var flow = new AsyncLocal<string?> { Value = "of a call" };
        var seen = new TaskCompletionSource<string?>();
        var transport = McpTransport.InMemory((_, token) =>
        {
            seen.SetResult(flow.Value);
            return Task.Delay(Timeout.InfiniteTimeSpan, token);
        });
        await using var client = await transport.ConnectAsync(Stop);
        Assert.Null(await seen.Task.InTime());
    }

    [Fact]
    public async Task The_clients_of_the_SDK_take_it_too()
    {
        await ConnectRoomsAsync(Newer, server => McpTransport.InMemory(server.RunAsync), Tool.Create("go", () => "gone"));
        await using var client = await McpClient.CreateAsync(McpTransport.InMemory(_far.RunAsync), cancellationToken: Stop).InTime();
        Assert.Equal("gone", ((TextContentBlock)(await client.CallToolAsync("kit_go", cancellationToken: Stop).InTime()).Content[0]).Text);
    }

    private static JsonRpcNotification Note(int number) => new() { Method = $"{number}" };

    /// <summary>The room <c>far</c>, with tools as its toolkit <c>kit</c>, served to the other room; gives one who may call them there.</summary>
    private async Task<RoomClient> ConnectRoomsAsync(string revision, Func<RoomMcpServer, IClientTransport> connect, params Tool[] tools)
    {
        var provider = Own(await Host.JoinAsync("far", "provider", Grants.Full).InTime());
        await provider.Toolkits.RegisterAsync(Mesh.Toolkit.Create("kit", tools.Length > 0 ? tools : [Tool.Create("none", () => 0)])).InTime();
        _far = Own(await RoomMcpServer.JoinAsync(Host, "far", "visitor").InTime());
        Connect(await McpToolkit.ConnectAsync("far", connect(_far), Options(revision), Stop).InTime());
        await Toolkit.RegisterAsync(await JoinAsync("bridge", Grants.Full, ParticipantRole.Agent), cancellationToken: Stop).InTime();
        return await JoinAsync("ada");
    }

    /// <summary>Both ends of a session, with nobody behind them.</summary>
    private sealed class Pair(ITransport client, ITransport server) : IAsyncDisposable
    {
        public ITransport Client => client;

        public ITransport Server => server;

        public static async Task<Pair> OpenAsync()
        {
            var server = new TaskCompletionSource<ITransport>();
            var client = await McpTransport.InMemory((transport, token) =>
            {
                server.SetResult(transport);
                return Task.Delay(Timeout.InfiniteTimeSpan, token);
            }).ConnectAsync(Stop);
            return new(client, await server.Task.InTime());
        }

        public ValueTask DisposeAsync() => client.DisposeAsync();
    }
}
