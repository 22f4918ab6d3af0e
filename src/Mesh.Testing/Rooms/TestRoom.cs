namespace Mesh.Testing;

/// <summary>
/// A room for a test, with its host, a clock that stands still, and a journal to ask what happened. Participants join by
/// one call, and leave when the room is disposed. Thread-safe.
/// </summary>
/// <remarks>The journal has a call as soon as its caller has the answer.</remarks>
/// <example><code>
/// await using var room = new TestRoom();
/// var bob = await room.JoinPersonAsync("bob", TestApprover.Always);
/// await room.OfferAsync("weather", Tool.Create("forecast", (string city) => $"sun in {city}", new ToolOptions { RequiresApproval = true }));
/// await bob.Toolkits.InvokeAsync&lt;string&gt;("weather/forecast", new { city = "Oslo" });
/// room.Calls("weather/forecast").By("bob").ApprovedBy("bob").With("Oslo").Once();
/// </code></example>
public sealed class TestRoom : IAsyncDisposable
{
    private const int MostFaults = 1_000;
    private const string RoomItself = "(room)";

    private readonly Lock _gate = new();
    private readonly List<RoomClient> _clients = [];
    private readonly List<MeshFault> _faults = [];

    /// <summary>A room that nobody is in.</summary>
    /// <param name="options">What is special about it; null for nothing.</param>
    public TestRoom(TestRoomOptions? options = null)
    {
        options ??= new();
        Name = options.Name;
        var room = options.Room with
        {
            Approver = options.Room.Approver is { } approver ? Approvals.Of(RoomItself, approver) : null,
            JournalCapture = options.Room.JournalCapture ?? new JournalCapturePolicy(JournalCapture.Full),
        };

        // The clock stands still: what is left running at the end would never be waited for long enough.
        var host = new MeshHostOptions { DrainTimeout = TimeSpan.Zero };
        host = (options.ConfigureHost?.Invoke(host) ?? host) with { TimeProvider = Clock, Journal = Journal, OnFault = TakeFault, ConfigureRoom = _ => room };
        Host = new MeshHost(host);
    }

    /// <summary>The name of the room.</summary>
    public string Name { get; }

    /// <summary>The host.</summary>
    public MeshHost Host { get; }

    /// <summary>The clock of the host; give it to scripted models that take their time.</summary>
    public ManualTimeProvider Clock { get; } = new();

    /// <summary>The journal of the host.</summary>
    public MemoryJournal Journal { get; } = new(ApprovalLog.Capacity);

    /// <summary>What went wrong where no caller could be told, the first 1,000.</summary>
    public IReadOnlyList<MeshFault> Faults
    {
        get
        {
            lock (_gate)
            {
                return [.. _faults];
            }
        }
    }

    internal ApprovalLog Approvals { get; } = new();

    /// <summary>A person joins.</summary>
    /// <param name="name">The name.</param>
    /// <param name="approver">What the person answers when calls made for it need approval, such as <see cref="TestApprover.Always"/>; null where it cannot be asked.</param>
    /// <param name="grants">Its rights; null for <see cref="Grants.UserDefault"/>.</param>
    /// <exception cref="MeshException">As for <see cref="MeshHost.JoinAsync"/>.</exception>
    public Task<RoomClient> JoinPersonAsync(string name, Approver? approver = null, Grants? grants = null) =>
        JoinAsync(name, grants ?? Grants.UserDefault, new() { Role = ParticipantRole.User, Approver = approver is null ? null : Approvals.Of(name, approver) });

    /// <summary>An agent joins: give it to <c>StartAsync</c> of an agent's class, or call as it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="grants">Its rights; null for <see cref="Grants.AgentDefault"/>.</param>
    /// <exception cref="MeshException">As for <see cref="MeshHost.JoinAsync"/>.</exception>
    public Task<RoomClient> JoinAgentAsync(string name, Grants? grants = null) =>
        JoinAsync(name, grants ?? Grants.AgentDefault, new() { Role = ParticipantRole.Agent });

    /// <summary>A participant of the same name as its toolkit joins, and offers it.</summary>
    /// <param name="toolkit">The name of both.</param>
    /// <param name="tools">The tools.</param>
    /// <returns>The participant; dispose it to see what happens when a provider leaves.</returns>
    /// <exception cref="MeshException">As for <see cref="MeshHost.JoinAsync"/> and for registering a toolkit.</exception>
    public async Task<RoomClient> OfferAsync(string toolkit, params IReadOnlyList<Tool> tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        var offered = new Toolkit(toolkit, [.. tools]);
        var provider = await JoinAsync(toolkit, Grants.ToolDefault, new() { Role = ParticipantRole.Tool }).ConfigureAwait(false);
        await provider.Toolkits.RegisterAsync(offered).ConfigureAwait(false);
        return provider;
    }

    /// <summary>The calls in the journal, to be narrowed down and counted; those of the room itself, such as listing toolkits, are calls too.</summary>
    /// <param name="tool">Their tool, <c>toolkit/tool</c>, <c>toolkit/*</c>, or <c>*</c> for all; an agent is <c>agents/name</c>.</param>
    public JournaledCalls Calls(string tool = "*")
    {
        ArgumentException.ThrowIfNullOrEmpty(tool);
        return JournaledCalls.Of(this, tool);
    }

    /// <summary>Checks that nothing went wrong where no caller could be told.</summary>
    /// <exception cref="JournalAssertionException">Something did; the message says what.</exception>
    public void AssertNoFaults()
    {
        if (Faults is { Count: > 0 } faults)
        {
            throw new JournalAssertionException($"Expected no faults. There are {faults.Count}:\n{string.Join('\n', faults)}");
        }
    }

    /// <summary>Everybody leaves, and the host is disposed.</summary>
    public async ValueTask DisposeAsync()
    {
        RoomClient[] clients;
        lock (_gate)
        {
            clients = [.. _clients];
            _clients.Clear();
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync().ConfigureAwait(false);
        }

        await Host.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<RoomClient> JoinAsync(string name, Grants grants, JoinOptions options)
    {
        var client = await Host.JoinAsync(Name, name, grants, options).ConfigureAwait(false);
        lock (_gate)
        {
            _clients.Add(client);
        }

        return client;
    }

    private void TakeFault(MeshFault fault)
    {
        lock (_gate)
        {
            if (_faults.Count < MostFaults)
            {
                _faults.Add(fault);
            }
        }
    }
}
