using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text.Json;
using Mesh.Contracts;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp.Tests.Server;

/// <summary>A room, those in it, and the SDK's own clients, which are served it over pipes in memory.</summary>
public abstract class RoomMcpServerTests : IAsyncDisposable
{
    public const string Older = "2025-11-25";
    public const string Newer = "2026-07-28";

    /// <summary>Both eras of the protocol: with a handshake and sessions, and without.</summary>
    public static TheoryData<string> Revisions => [Older, Newer];

    private readonly ConcurrentStack<IAsyncDisposable> _owned = [];

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected ManualTimeProvider Clock { get; } = new();

    protected MeshHost Host { get => field ??= NewHost(); private set; }

    public async ValueTask DisposeAsync()
    {
        foreach (var each in _owned)
        {
            await each.DisposeAsync().InTime();
        }

        GC.SuppressFinalize(this);
    }

    protected MeshHost StartHost(Func<MeshHostOptions, MeshHostOptions> change) => Host = NewHost(change);

    protected async Task<RoomClient> JoinAsync(string name, Grants? grants = null, ParticipantRole role = ParticipantRole.User) =>
        Own(await Host.JoinAsync("den", name, grants, new JoinOptions { Role = role }).InTime());

    /// <summary>Joins an agent that offers tools as the toolkit <c>kit</c>.</summary>
    protected async Task<RoomClient> OfferAsync(params Tool[] tools)
    {
        var provider = await JoinAsync("provider", Grants.Full, ParticipantRole.Agent);
        await provider.Toolkits.RegisterAsync(Toolkit.Create("kit", tools)).InTime();
        return provider;
    }

    protected async Task<RoomMcpServer> ServeAsync(RoomClient room, RoomMcpServerOptions? options = null) =>
        Own(await RoomMcpServer.CreateAsync(room, options).InTime());

    /// <summary>The room served to a participant that joins for it.</summary>
    protected async Task<RoomMcpServer> ServeVisitorAsync(RoomMcpServerOptions? options = null, Grants? grants = null) =>
        await ServeAsync(await JoinAsync("visitor", grants), options);

    protected async Task<McpClient> ConnectAsync(RoomMcpServer server, string revision, McpClientOptions? options = null) =>
        (await OpenAsync(server, revision, options)).Client;

    /// <summary>Lets a client go away without a word.</summary>
    protected Task DropAsync(McpClient client) => _owned.OfType<Session>().Single(session => session.Client == client).CloseAsync();

    /// <summary>A session of a server, and its client.</summary>
    protected async Task<(McpClient Client, Task Session)> OpenAsync(RoomMcpServer server, string revision, McpClientOptions? options = null)
    {
        var (up, down) = (new Pipe(), new Pipe());
        var session = server.RunAsync(new StreamServerTransport(up.Reader.AsStream(), down.Writer.AsStream()));
        options ??= new();
        options.ProtocolVersion = revision;
        var client = await McpClient.CreateAsync(new StreamClientTransport(up.Writer.AsStream(), down.Reader.AsStream()), options).InTime();
        Own(new Session(client, up.Writer, session));
        return (client, session);
    }

    protected T Own<T>(T thing)
        where T : IAsyncDisposable
    {
        _owned.Push(thing);
        return thing;
    }

    protected static async Task<CallToolResult> CallAsync(McpClient client, string tool, object? arguments = null)
    {
        var json = JsonSerializer.SerializeToElement(arguments ?? new { });
        return await client.CallToolAsync(tool, json.EnumerateObject().ToDictionary(each => each.Name, each => (object?)each.Value)).InTime();
    }

    protected static string TextOf(CallToolResult result) =>
        string.Join('\n', result.Content.OfType<TextContentBlock>().Select(block => block.Text));

    protected static async Task<ToolkitRegistration> OfferAsync(RoomClient provider, string toolkit, params Tool[] tools) =>
        await provider.Toolkits.RegisterAsync(Toolkit.Create(toolkit, tools)).InTime();

    protected static async Task<IReadOnlyList<string>> NamesAsync(McpClient client) =>
        [.. (await client.ListToolsAsync().InTime()).Select(tool => tool.Name)];

    private MeshHost NewHost(Func<MeshHostOptions, MeshHostOptions>? change = null)
    {
        var options = new MeshHostOptions { TimeProvider = Clock, DrainTimeout = TimeSpan.Zero };
        return Own(new MeshHost(change?.Invoke(options) ?? options));
    }

    private sealed class Session(McpClient client, PipeWriter toServer, Task running) : IAsyncDisposable
    {
        public McpClient Client => client;

        public Task CloseAsync() => toServer.CompleteAsync().AsTask();

        public async ValueTask DisposeAsync()
        {
            // Disposing a client over streams does not close them.
            await toServer.CompleteAsync();
            await client.DisposeAsync();
            await running.InTime();
        }
    }
}
