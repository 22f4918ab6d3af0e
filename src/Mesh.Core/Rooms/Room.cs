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
    private readonly RoomJournal _journal;
    private LiveCalls _calls;
    private RoomServices? _services;
    private IdempotencyStore? _idempotencyKeys;
    private ToolRegistry? _tools;
    private RoomStores? _stores;
    private Task? _opening;
    private RoomRetirement? _retirement;
    private ITimer? _grace;
    private int _keepers;
    private int _joining;
    private long _joins;
    private volatile RoomPhase _phase = RoomPhase.Open;
    private bool _hasDrained;

    public Room(MeshHost host, string name, RoomOptions options)
    {
        Host = host;
        Name = name;
        Options = options;
        Session = host.Ids.NewId();
        Account = options.Budget is { } budget ? BudgetAccount.Of($"the budget of room '{name}'", budget) : null;
        _events = new EventRing(Session, host.Clock);
        _journal = new RoomJournal(this);
    }

    public MeshHost Host { get; }

    public string Name { get; }

    public MeshId Session { get; }

    /// <summary>The session's id as text, made once it is asked for.</summary>
    public string SessionText => field ??= Session.ToString();

    /// <summary>What the journal knows the room by, made for the first call.</summary>
    public RoomKey JournalKey => field ??= new(this);

    public RoomOptions Options { get; }

    /// <summary>The budget of the room itself; null when it sets none.</summary>
    public BudgetAccount? Account { get; }

    public EventRing Events => _events;

    public ToolRegistry Tools => _tools ?? LazyInitializer.EnsureInitialized(ref _tools, () => new ToolRegistry());

    public IdempotencyStore IdempotencyKeys =>
        _idempotencyKeys ?? LazyInitializer.EnsureInitialized(ref _idempotencyKeys, () => new IdempotencyStore(Host.Clock));

    /// <summary>What the room's services keep.</summary>
    public RoomStores Stores => _stores ?? LazyInitializer.EnsureInitialized(ref _stores, () => new RoomStores(this));

    /// <summary>The same where something was kept; null while no service was used.</summary>
    public RoomStores? UsedStores => Volatile.Read(ref _stores);

    public RoomServices Services => LazyInitializer.EnsureInitialized(ref _services, () => new RoomServices(this));

    /// <summary>Whether new trees of calls are turned away.</summary>
    public bool IsDraining => _phase >= RoomPhase.Retiring;

    /// <summary>Whether its calls had their time to end, as it is retired: from here on nothing waits for them. Set once.</summary>
    public bool HasDrained { get => Volatile.Read(ref _hasDrained); set => Volatile.Write(ref _hasDrained, value); }

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

        if (_retirement is not null)
        {
            AfterLock();
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

        _journal.Take();
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
            Withdraw(registration, reason);
        }

        member.EndCalls();
        UsedStores?.OnLeft(member);
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

        AfterLock();
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
        Task retiring;
        lock (_gate)
        {
            retiring = BeginRetireLocked();
        }

        AfterLock();
        return retiring;
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

        _journal.Take();
    }

    /// <summary>Ties a call to the room that did not end at once, until it frees its slot. A full fence.</summary>
    public void Track(CallLife life) => _calls.Add(life);

    /// <summary>The calls that did not end at once, and have not ended yet, found while they are read. A full fence.</summary>
    public IEnumerable<CallLife> TrackedCalls() => _calls.All();

    public Task StopServicesAsync() => _services?.StopAsync() ?? Task.CompletedTask;

    /// <summary>The end of the session: nothing is published from here on, and the journal has it all, as far as it takes it.</summary>
    public async ValueTask CloseAsync()
    {
        lock (_gate)
        {
            _events.Complete();
        }

        await (Interlocked.CompareExchange(ref _stores, RoomStores.Closed, null)?.CloseAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        await _journal.CompleteAsync().ConfigureAwait(false);
        _phase = RoomPhase.Retired;
        Host.Forget(this);
    }

    /// <summary>Takes a registration away and says so.</summary>
    /// <param name="registration">The registration.</param>
    /// <param name="reason">Why its provider left; null when it gave up this alone.</param>
    public void Withdraw(Registration registration, LeaveReason? reason = null)
    {
        if (Tools.Remove(registration))
        {
            var (kind, change) = registration.Retract(reason);
            Publish(kind, change);
            registration.Close();
        }
    }

    private async Task StartServicesAsync()
    {
        var matching = Host.Options.RoomServices.Where(service => !service.OnDemand && service.IsFor(Name)).ToArray();
        if (matching.Length == 0)
        {
            return;
        }

        // Nothing below may run under the lock of whoever began this.
        await Task.Yield();
        using var operation = RoomOperation.Begin(Operation.Open, Host, Name)?.In(SessionText);
        try
        {
            await Services.StartAsync(matching).ConfigureAwait(false);
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
                // Kept in _retirement and awaited by whoever disposes the host.
                _ = BeginRetireLocked();
            }
        }

        AfterLock();
    }

    /// <summary>What must not run under the lock: the journal takes what was published, and a retirement that was begun goes on.</summary>
    private void AfterLock()
    {
        _journal.Take();
        _retirement?.GoOn();
    }

    private Task BeginRetireLocked()
    {
        if (_retirement is null)
        {
            _phase = RoomPhase.Retiring;
            _grace?.Dispose();
            _events.Publish(RoomEventKinds.RoomRetiring, null);
            _retirement = new RoomRetirement(this);
        }

        return _retirement.Completion;
    }

    private enum RoomPhase
    {
        Open,
        Retiring,
        Retired,
    }
}
