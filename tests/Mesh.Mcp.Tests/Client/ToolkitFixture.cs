using System.Collections.Concurrent;
using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Mcp.Tests.Client;

/// <summary>A host with a room, a server, and the server's tools in the room as the toolkit <c>far</c>, offered by <c>bridge</c>.</summary>
public abstract class ToolkitFixture : IAsyncDisposable
{
    public const string Older = "2025-11-25";
    public const string Newer = "2026-07-28";

    private readonly ConcurrentStack<IAsyncDisposable> _owned = [];

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected TestServer Server { get; } = new();

    private protected ManualTimeProvider Clock { get; } = new();

    private protected ConcurrentQueue<McpToolkitStatus> Statuses { get; } = new();

    private protected ConcurrentQueue<MeshFault> Faults { get; } = new();

    private protected RoomOptions Room { get; set; } = new();

    private protected MeshHost Host => field ??= Own(new MeshHost(new() { TimeProvider = Clock, ConfigureRoom = _ => Room, OnFault = Faults.Enqueue, DrainTimeout = TimeSpan.Zero }));

    private protected McpToolkit Toolkit { get; private set; } = null!;

    private protected McpToolkitRegistration Registration { get; private set; } = null!;

    public async ValueTask DisposeAsync()
    {
        foreach (var each in _owned)
        {
            await each.DisposeAsync().InTime();
        }

        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected T Own<T>(T thing)
        where T : IAsyncDisposable
    {
        _owned.Push(thing);
        return thing;
    }

    private protected async Task<RoomClient> JoinAsync(string name, Grants? grants = null, ParticipantRole role = ParticipantRole.User) =>
        Own(await Host.JoinAsync("den", name, grants, new() { Role = role }).InTime());

    /// <summary>Takes a toolkit that is connected already.</summary>
    private protected void Connect(McpToolkit toolkit) => Toolkit = Own(toolkit);

    private protected McpToolkitOptions Options(string? revision) => new()
    {
        ProtocolVersion = revision,
        TimeProvider = Clock,
        Random = static () => 0,
        OnStatus = Statuses.Enqueue,
        RefreshInterval = TimeSpan.Zero,
    };

    /// <summary>Connects, and offers the server's tools; gives a participant who may call them.</summary>
    private protected async Task<RoomClient> OfferAsync(string revision, Func<McpToolkitOptions, McpToolkitOptions>? change = null, bool sdkTransport = false)
    {
        var options = change?.Invoke(Options(revision)) ?? Options(revision);
        Toolkit = Own(await McpToolkit.ConnectAsync("far", sdkTransport ? Server : Server.Streams(), options).InTime());
        Registration = await Toolkit.RegisterAsync(await JoinAsync("bridge", Grants.Full, ParticipantRole.Agent)).InTime();
        return await JoinAsync("ada");
    }

    private protected static async Task<MeshError> FailAsync(RoomClient room, string tool, object? arguments = null, CallOptions? options = null)
    {
        var outcome = await room.Toolkits.TryInvokeAsync(tool, arguments, options).InTime();
        Assert.False(outcome.IsResult, $"The call should have failed, but ended with {outcome}.");
        return outcome.Error;
    }

    private protected static Task<string> TextAsync(RoomClient room, string tool, object? arguments = null) => room.Toolkits.InvokeAsync<string>(tool, arguments).InTime();

    private protected static Task<JsonElement> JsonAsync(RoomClient room, string tool, object? arguments = null) => room.Toolkits.InvokeAsync<JsonElement>(tool, arguments).InTime();

    private protected static Task<ToolResponse> ResponseAsync(RoomClient room, string tool, object? arguments = null) => room.Toolkits.InvokeAsync<ToolResponse>(tool, arguments).InTime();

    private protected static Task<IReadOnlyList<CallFrame>> FramesAsync(RoomClient room, string tool, object? arguments = null) => room.Toolkits.StreamAsync(tool, arguments).ToListInTimeAsync();

    private protected static async Task<ToolkitInfo> KitAsync(RoomClient room) => Assert.Single(await room.Toolkits.ListAsync("bridge").InTime());

    private protected async Task<McpToolkitStatus> StatusAsync(Func<McpToolkitStatus, bool> isIt)
    {
        await UntilAsync(() => Statuses.Any(isIt));
        return Statuses.First(isIt);
    }

    /// <summary>Waits for what comes about in the background, and has no signal of its own.</summary>
    private protected static async Task UntilAsync(Func<bool> isSo)
    {
        using var timeout = new CancellationTokenSource(Bounded.TestTimeout);
        while (!isSo())
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
