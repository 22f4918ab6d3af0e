using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>
/// What every participant sees of its room, whatever lies between the two. Each subclass states one concern; each is
/// run on every kind of connection, with provider and caller both at the far end of one.
/// </summary>
public abstract class RoomClientContract : IAsyncDisposable
{
    protected const string Den = "den";

    private readonly List<RoomClient> _clients = [];
    private readonly ConcurrentStack<IDisposable> _owned = [];
    private MeshHost? _host;

    /// <summary>What lies between all participants of a test and their room.</summary>
    protected abstract ConnectionKind Connection { get; }

    protected ManualTimeProvider Clock { get; } = new();

    protected MemoryJournal Journal { get; } = new();

    protected ConcurrentQueue<MeshFault> Faults { get; } = new();

    protected MeshHost Host => _host ?? StartHost();

    /// <summary>For a handler that must not be left waiting when its test ends.</summary>
    protected Signal TestEnds { get; } = new();

    public async ValueTask DisposeAsync()
    {
        TestEnds.Set();
        foreach (var client in _clients)
        {
            await client.DisposeAsync().InTime();
        }

        if (_host is not null)
        {
            await _host.DisposeAsync().InTime();
        }

        foreach (var each in _owned)
        {
            each.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The host of the test; to be started before it is first used, if its options matter.</summary>
    protected MeshHost StartHost(Func<MeshHostOptions, MeshHostOptions>? change = null)
    {
        Assert.Null(_host);
        var options = new MeshHostOptions
        {
            TimeProvider = Clock,
            Journal = Journal,
            OnFault = Faults.Enqueue,
            DrainTimeout = TimeSpan.Zero,
        };
        return _host = new MeshHost(change?.Invoke(options) ?? options);
    }

    /// <summary>Something to be disposed when the test has ended and its host is gone.</summary>
    protected T Own<T>(T thing)
        where T : IDisposable
    {
        _owned.Push(thing);
        return thing;
    }

    protected MeshHost StartHostWithRoom(RoomOptions room) => StartHost(options => options with { ConfigureRoom = _ => room });

    protected async Task<RoomClient> JoinAsync(
        string name, Grants? grants = null, ParticipantRole role = ParticipantRole.User, string room = Den, Approver? approver = null)
    {
        var client = await Host.JoinAsync(room, name, grants, new JoinOptions { Role = role, Connection = Connection, Approver = approver }).InTime();
        lock (_clients)
        {
            _clients.Add(client);
        }

        return client;
    }

    /// <summary>Joins an agent with all rights that offers tools as the toolkit <c>kit</c>.</summary>
    protected async Task<RoomClient> OfferAsync(string name, params Tool[] tools)
    {
        var provider = await JoinAsync(name, Grants.Full, ParticipantRole.Agent);
        await provider.Toolkits.RegisterAsync(Toolkit.Create("kit", tools)).InTime();
        return provider;
    }

    /// <summary>The entries of the journal for one tool.</summary>
    protected IReadOnlyList<JournalEntry> EntriesOf(string path) => [.. Journal.ToList().Where(entry => entry.Target.Path == path)];

    /// <summary>Grants that cover every tool but give nothing else.</summary>
    protected static Grants Tools(params string[] patterns) => new()
    {
        Agents = new() { UseTools = true, Tools = new AllowList(patterns) },
        Messaging = new() { List = true },
    };

    protected static JsonElement Json(string text) => JsonElement.Parse(text);

    protected static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    protected static async Task<MeshError> FailureOf<T>(ValueTask<T> call) =>
        (await Assert.ThrowsAnyAsync<MeshException>(async () => await call.InTime())).Error;

    protected static async Task<MeshError> FailureOf(ValueTask<CallOutcome> call)
    {
        var outcome = await call.InTime();
        Assert.False(outcome.IsResult, $"The call should have failed, but ended with {outcome}.");
        return outcome.Error;
    }

    protected static void AssertCode(MeshErrorCode code, MeshError? error) => Assert.Equal((code, error?.Message), (error?.Code, error?.Message));
}
