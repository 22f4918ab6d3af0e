using System.Diagnostics;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// One session of a room, from its first join to its retirement: who is in it, what they offer, and what happened. A
/// later session of the same name is another object.
/// </summary>
internal sealed class Room
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RoomMember> _members = new(StringComparer.Ordinal);
    private readonly EventRing _events;
    private RoomServices? _services;
    private IdempotencyStore? _idempotencyKeys;
    private ToolRegistry? _tools;
    private Task? _opening;
    private Task? _retiring;
    private ITimer? _grace;
    private int _keepers;
    private int _joining;
    private long _joins;
    private volatile RoomPhase _phase = RoomPhase.Open;

    public Room(MeshHost host, string name, RoomOptions options)
    {
        Host = host;
        Name = name;
        Options = options;
        Session = host.Ids.NewId();
        Account = options.Budget?.Calls is { } calls ? new($"the budget of room '{name}'", calls, null, long.MaxValue, null) : null;
        _events = new EventRing(Session, host.Clock);
    }

    public MeshHost Host { get; }

    public string Name { get; }

    public MeshId Session { get; }

    /// <summary>The session's id as text, made once it is asked for.</summary>
    public string SessionText => field ??= Session.ToString();

    public RoomOptions Options { get; }

    /// <summary>The budget of the room itself; null when it sets none.</summary>
    public BudgetAccount? Account { get; }

    public EventRing Events => _events;

    public ToolRegistry Tools => _tools ?? LazyInitializer.EnsureInitialized(ref _tools, () => new ToolRegistry());

    public IdempotencyStore IdempotencyKeys =>
        _idempotencyKeys ?? LazyInitializer.EnsureInitialized(ref _idempotencyKeys, () => new IdempotencyStore(Host.Clock));

    /// <summary>Whether new trees of calls are turned away.</summary>
    public bool IsDraining => _phase >= RoomPhase.Retiring;

    public bool IsRetired => _phase == RoomPhase.Retired;

    public RoomInfo Info
    {
        get
        {
            lock (_gate)
            {
                return new(Name, Session, _keepers, _phase == RoomPhase.Open);
            }
        }
    }

    /// <summary>Starts the room's services, once; everybody who joins waits for that.</summary>
    /// <exception cref="MeshException">A required service did not start; the room is retired.</exception>
    public Task OpenAsync()
    {
        if (Volatile.Read(ref _opening) is { } opening)
        {
            return opening;
        }

        lock (_gate)
        {
            return _opening ??= StartServicesAsync();
        }
    }

    /// <summary>Holds the room open for somebody who is about to join it.</summary>
    /// <returns>False when it is retired, and another session has to be opened.</returns>
    /// <exception cref="MeshException">The room is being retired.</exception>
    public bool TryBeginJoin()
    {
        lock (_gate)
        {
            if (_phase == RoomPhase.Retiring)
            {
                throw new MeshException(RoomErrors.Retiring(this));
            }

            _joining += _phase == RoomPhase.Open ? 1 : 0;
            return _phase == RoomPhase.Open;
        }
    }

    /// <summary>Ends what <see cref="TryBeginJoin"/> began, whether somebody joined or not.</summary>
    public void EndJoin()
    {
        lock (_gate)
        {
            _joining--;
            RetireIfEmptyLocked();
        }
    }

    /// <summary>Adds a participant.</summary>
    /// <exception cref="MeshException">The room is full or being retired, or the name is taken.</exception>
    public RoomMember Join(string name, ParticipantRole role, Grants grants, IReadOnlyDictionary<string, JsonElement> attributes, bool isService, Func<RoomMember, ICallReceiver> receiver)
    {
        RoomMember member;
        lock (_gate)
        {
            if (_phase != RoomPhase.Open)
            {
                throw new MeshException(RoomErrors.Retiring(this));
            }

            if (!isService && Options.Capacity is { } capacity && _keepers >= capacity)
            {
                throw new MeshException(RoomErrors.Full(this, capacity));
            }

            if (_members.ContainsKey(name))
            {
                throw new MeshException(RoomErrors.NameTaken(this, name));
            }

            member = new RoomMember(this, new Participant
            {
                Id = Host.Ids.NewId(),
                Name = name,
                Role = role,
                Incarnation = ++_joins,
                JoinedAt = Host.Clock.GetUtcNow(),
                IsService = isService,
                Attributes = attributes,
            }, grants);
            member.Receiver = receiver(member);
            _members.Add(name, member);
            if (!isService)
            {
                _keepers++;
                _grace?.Dispose();
                _grace = null;
            }

            // Published under the lock, so that events tell of joins and leaves in the order in which they took effect.
            member.JoinedAt = _events.Publish(RoomEventKinds.ParticipantJoined, member.Snapshot).Sequence;
        }

        return member;
    }

    public RoomClient JoinService(RoomService service) =>
        RoomClient.JoinDirect(this, service.Name, service.Role, service.Grants, Participants.NoAttributes, isService: true);

    /// <summary>
    /// Ends a participant's life: its calls, its registrations, its events. The last one to leave retires the room, and
    /// waits until that is done.
    /// </summary>
    public async ValueTask LeaveAsync(RoomMember member, LeaveReason reason, ActivityContext trace = default)
    {
        if (!member.Leave())
        {
            return;
        }

        using var operation = member.Snapshot.IsService ? null
            : RoomOperation.Begin(Operation.Leave, Host, Name, trace)?.In(SessionText).Of(member.Snapshot.Name).Because(reason);

        foreach (var registration in Tools.RegistrationsOf(member))
        {
            Withdraw(registration);
        }

        Task? retiring = null;
        lock (_gate)
        {
            _members.Remove(member.Snapshot.Name);
            if (!_events.IsCompleted)
            {
                _events.Publish(RoomEventKinds.ParticipantLeft, new ParticipantLeft(member.Snapshot, reason));
            }

            _keepers -= member.Snapshot.IsService ? 0 : 1;
            retiring = RetireIfEmptyLocked();
        }

        member.Receiver.OnLeft(reason);
        // Whoever leaves inside a call would wait for the drain of that very call.
        if (retiring is not null && CallContext.Current is null)
        {
            await retiring.ConfigureAwait(false);
        }
    }

    /// <summary>Retires the room: no new calls, running ones up to the drain limit, services stopped, everybody out.</summary>
    public Task RetireAsync()
    {
        lock (_gate)
        {
            return BeginRetireLocked();
        }
    }

    public RoomMember? FindMember(string name)
    {
        lock (_gate)
        {
            return _members.GetValueOrDefault(name);
        }
    }

    public RoomMember[] Members()
    {
        lock (_gate)
        {
            return [.. _members.Values];
        }
    }

    public void Publish(string kind, object? data)
    {
        lock (_gate)
        {
            if (!_events.IsCompleted)
            {
                _events.Publish(kind, data);
            }
        }
    }

    /// <summary>Takes a registration away and says so.</summary>
    public void Withdraw(Registration registration)
    {
        if (Tools.Remove(registration))
        {
            Publish(RoomEventKinds.ToolkitUnregistered, ToolkitChange.Of(registration, []));
        }
    }

    private async Task StartServicesAsync()
    {
        var matching = Host.Options.RoomServices.Where(service => service.IsFor(Name)).ToArray();
        if (matching.Length == 0)
        {
            return;
        }

        _services = new RoomServices(this, matching);
        bool isWatched = MeshInstruments.AreWatched;
        if (isWatched)
        {
            // Whoever began this holds the lock, and listeners are not ours.
            await Task.Yield();
        }

        using var operation = isWatched ? RoomOperation.Begin(Operation.Open, Host, Name)?.In(SessionText) : null;
        try
        {
            await _services.StartAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            operation?.Fail(exception);
            await RetireAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Nobody is left who keeps the room open: it is retired, now or after its grace time.</summary>
    private Task? RetireIfEmptyLocked()
    {
        if (_keepers > 0 || _joining > 0 || _phase != RoomPhase.Open || _grace is not null)
        {
            return null;
        }

        if (Options.IdleGrace == TimeSpan.Zero)
        {
            return BeginRetireLocked();
        }

        _grace = Host.Clock.CreateTimer(static state => ((Room)state!).OnGraceOver(), this, Options.IdleGrace, Timeout.InfiniteTimeSpan);
        return null;
    }

    private void OnGraceOver()
    {
        lock (_gate)
        {
            _grace?.Dispose();
            _grace = null;
            if (_keepers == 0 && _joining == 0 && _phase == RoomPhase.Open)
            {
                // Kept in _retiring and awaited by whoever disposes the host.
                _ = BeginRetireLocked();
            }
        }
    }

    private Task BeginRetireLocked()
    {
        if (_retiring is null)
        {
            _phase = RoomPhase.Retiring;
            _grace?.Dispose();
            _events.Publish(RoomEventKinds.RoomRetiring, null);
            _retiring = FinishRetiringAsync();
        }

        return _retiring;
    }

    private async Task FinishRetiringAsync()
    {
        // Nothing below may run under the lock of whoever began this.
        bool isWatched = MeshInstruments.AreWatched;
        if (_services is not null || _members.Count > 0 || isWatched)
        {
            await Task.Yield();
        }

        using var operation = isWatched ? RoomOperation.Begin(Operation.Retire, Host, Name)?.In(SessionText) : null;
        await DrainAsync().ConfigureAwait(false);
        if (_services is not null)
        {
            await _services.StopAsync().ConfigureAwait(false);
        }

        // Whoever is made to leave first: a call that would not end is told the same.
        var members = Members();
        foreach (var call in members.SelectMany(member => member.RunningCalls()))
        {
            call.Abandon(CallErrors.RoomRetired(call));
        }

        foreach (var member in members)
        {
            await LeaveAsync(member, LeaveReason.RoomRetired).ConfigureAwait(false);
        }

        _events.Complete();
        _phase = RoomPhase.Retired;
        Host.Forget(this);
    }

    /// <summary>Waits for the calls that run, up to the host's limit.</summary>
    private async Task DrainAsync()
    {
        var running = Task.WhenAll(Members().Select(member => member.DrainAsync()));
        if (running.IsCompleted || Host.Options.DrainTimeout == TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await running.WaitAsync(Host.Options.DrainTimeout, Host.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Calls that go on for longer end when their caller or provider is made to leave.
        }
    }

    private enum RoomPhase
    {
        Open,
        Retiring,
        Retired,
    }
}
