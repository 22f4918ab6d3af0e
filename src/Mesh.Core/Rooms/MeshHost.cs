using System.Collections.Concurrent;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// Holds rooms in this process. Joining a room opens it; when the last participant has left, it is retired. Thread-safe.
/// Disposing the host retires every room: running calls may end, up to <see cref="MeshHostOptions.DrainTimeout"/>.
/// </summary>
/// <example><code>
/// await using var mesh = new MeshHost();
/// await using var bob = await mesh.JoinAsync("support", "bob");
/// </code></example>
public sealed class MeshHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Room> _rooms = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _disabled = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<MeshId, CallState> _liveCalls = new();
    private readonly long _defaultTimeout;
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _hurry = new();
    private Task? _disposing;

    /// <summary>A host without rooms.</summary>
    /// <param name="options">How it behaves; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    public MeshHost(MeshHostOptions? options = null)
    {
        Options = (options ?? new MeshHostOptions()).Validated();
        Journal = Options.Journal ?? new MemoryJournal();
        Times = new HostTimes(Clock);
        _defaultTimeout = Clock.After(0, Options.CallTimeout);
        Deadlines = new CallDeadlines(this);
        Contracts = new ContractCache(SchemaOptions.Default with
        {
            MaxInstanceBytes = Math.Max(Options.MaxArgumentBytes, Options.MaxResponseBytes),
        });
        Json = new HostJson(Options.SerializerOptions);
        Pipeline = new CallPipeline(this);
        LiveHosts.Add(this);
    }

    /// <summary>What happened in all rooms.</summary>
    public IJournal Journal { get; }

    /// <summary>The clock of everything that this host times: <see cref="MeshHostOptions.TimeProvider"/>.</summary>
    public TimeProvider TimeProvider => Options.TimeProvider;

    /// <summary>The rooms that are open now.</summary>
    public IReadOnlyList<RoomInfo> Rooms => [.. _rooms.Values.Select(room => room.Info)];

    /// <summary>Whether this host takes no more joins: it is disposed, or being so.</summary>
    public bool IsClosed => Volatile.Read(ref _disposing) is not null;

    internal IEnumerable<Room> OpenRooms => _rooms.Select(static each => each.Value);

    internal MeshHostOptions Options { get; }

    internal TimeProvider Clock => Options.TimeProvider;

    internal HostTimes Times { get; }

    /// <summary>Who watches the approvals that calls wait for.</summary>
    internal ApprovalObservers ApprovalObservers { get; } = new();

    internal CallDeadlines Deadlines { get; }

    /// <summary>Cancelled when nothing is waited for any longer at the end of this host.</summary>
    internal CancellationToken Hurry => _hurry.Token;

    internal IMeshIdSource Ids => Options.IdSource;

    internal CallPipeline Pipeline { get; }

    internal ContractCache Contracts { get; }

    internal HostJson Json { get; }

    /// <summary>Joins a room, and opens it if nobody is in it.</summary>
    /// <param name="room">The room: 1 to 63 lower-case letters, digits and hyphens.</param>
    /// <param name="name">The participant's name, unique among those in the room: 1 to 128 characters.</param>
    /// <param name="grants">What it may do; null for <see cref="Grants.UserDefault"/>.</param>
    /// <param name="options">Role, attributes and connection; null for the defaults.</param>
    /// <param name="cancellationToken">Stops waiting for the room's services to start.</param>
    /// <returns>The room as this participant sees it; disposing it leaves.</returns>
    /// <exception cref="MeshException">A name is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>) or taken
    /// (<see cref="MeshErrorCode.NameTaken"/>), the room is full (<see cref="MeshErrorCode.RoomFull"/>), disabled
    /// (<see cref="MeshErrorCode.RoomDisabled"/>) or being retired (<see cref="MeshErrorCode.RoomRetiring"/>), the
    /// attributes are too large (<see cref="MeshErrorCode.TooLarge"/>), a required service did not start
    /// (<see cref="MeshErrorCode.Unavailable"/>), the room is not open and is not to be opened
    /// (<see cref="MeshErrorCode.NotFound"/>, see <see cref="JoinOptions.OpenRoom"/>), or the host is disposed (<see cref="MeshErrorCode.Closed"/>).</exception>
    public async ValueTask<RoomClient> JoinAsync(
        string room, string name, Grants? grants = null, JoinOptions? options = null, CancellationToken cancellationToken = default)
    {
        Names.CheckRoom(room);
        Names.CheckParticipant(name);
        cancellationToken.ThrowIfCancellationRequested();
        options ??= JoinOptions.Default;
        using var operation = RoomOperation.Begin(Operation.Join, this, room)?.Of(name);
        try
        {
            var client = await EnterAsync(room, name, grants ?? Grants.UserDefault, options, cancellationToken).ConfigureAwait(false);
            operation?.In(client.Session.ToString());
            return client;
        }
        catch (Exception exception)
        {
            operation?.Fail(exception);
            throw;
        }
    }

    /// <summary>An open room, without joining or opening it.</summary>
    /// <param name="room">The room's name.</param>
    /// <exception cref="MeshException">The room is not open (<see cref="MeshErrorCode.NotFound"/>).</exception>
    public RoomInfo GetRoom(string room) => Find(room).Info;

    /// <summary>Turns joins of a room away until it is enabled again. Those who are in it stay.</summary>
    /// <param name="room">The room's name; it need not be open.</param>
    public void DisableRoom(string room)
    {
        Names.CheckRoom(room);
        _disabled[room] = true;
    }

    /// <summary>Lets a room be joined again.</summary>
    /// <param name="room">The room's name.</param>
    public void EnableRoom(string room)
    {
        Names.CheckRoom(room);
        _disabled.TryRemove(room, out _);
    }

    /// <summary>Replaces a participant's grants from now on, also for calls that wait for an approval.</summary>
    /// <param name="room">The room's name.</param>
    /// <param name="participant">The participant's name.</param>
    /// <param name="grants">What it may do from now on. A budget that differs from the present one starts anew;
    /// trees that run stay with the tokens and the money of the present one.</param>
    /// <exception cref="MeshException">Room or participant are not there (<see cref="MeshErrorCode.NotFound"/>).</exception>
    public void SetGrants(string room, string participant, Grants grants)
    {
        ArgumentNullException.ThrowIfNull(grants);
        FindMember(room, participant).SetGrants(grants);
    }

    /// <summary>Makes a participant leave.</summary>
    /// <param name="room">The room's name.</param>
    /// <param name="participant">The participant's name.</param>
    /// <exception cref="MeshException">Room or participant are not there (<see cref="MeshErrorCode.NotFound"/>).</exception>
    public ValueTask RemoveParticipantAsync(string room, string participant)
    {
        var member = FindMember(room, participant);
        return member.Room.LeaveAsync(member, LeaveReason.Removed);
    }

    /// <summary>Retires a room now: everybody leaves it. Returns when it is done; a room that is not open is retired already.</summary>
    /// <param name="room">The room's name.</param>
    public Task RetireRoomAsync(string room) => _rooms.TryGetValue(room, out var found) ? found.RetireAsync() : Task.CompletedTask;

    /// <summary>
    /// Retires every room as <see cref="DisposeAsync"/> does, for who has only so much time: when that is over, calls that
    /// still run end as they do when the drain time has passed, and services that still stop are left.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting for calls and services; the rooms are retired all the same, and the method
    /// returns when they are.</param>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static hurry => ((CancellationTokenSource)hurry!).Cancel(), _hurry))
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Retires every room and takes no more joins. Calling it again waits for the same end.</summary>
    public ValueTask DisposeAsync()
    {
        Task<Task>? closing = null;
        lock (_rooms)
        {
            if (_disposing is null)
            {
                closing = new(CloseAsync);
                _disposing = closing.Unwrap();
            }
        }

        // Outside of the lock: the journal is the host's own code.
        closing?.RunSynchronously(TaskScheduler.Default);
        return new(_disposing);
    }

    /// <summary>
    /// Reads the entries of the <see cref="Journal"/> as they come, as <see cref="JournalExtensions.WatchAsync"/> does, and
    /// ends after the last one when this host is disposed.
    /// </summary>
    /// <param name="query">What to look for, and from which sequence number on; null for everything from now on.</param>
    /// <param name="cancellationToken">Ends the stream with <see cref="OperationCanceledException"/>.</param>
    public IAsyncEnumerable<JournalEntry> WatchJournalAsync(JournalQuery? query = null, CancellationToken cancellationToken = default) =>
        JournalWatch.ReadAsync(Journal, query ?? JournalQuery.All, _closed.Token, cancellationToken);

    internal void Forget(Room room) => _rooms.TryRemove(new(room.Name, room));

    /// <summary>When a call is over whose caller gave it no time of its own; reckoned once, and not for every call.</summary>
    internal long DefaultDeadline(long startedAt) => startedAt + _defaultTimeout;

    internal void ReportFault(MeshFault fault)
    {
        MeshInstruments.CountFault(fault.Kind);
        Options.OnFault?.Invoke(fault);
    }

    /// <summary>Lets handlers at the far end of a connection act within a call by naming its id.</summary>
    internal void PublishCall(CallState call)
    {
        call.IsPublished = true;
        _liveCalls[call.Request.Id] = call;
        if (call.HasEnded)
        {
            UnpublishCall(call);
        }
    }

    internal void UnpublishCall(CallState call) => _liveCalls.TryRemove(new(call.Request.Id, call));

    internal CallState? FindLiveCall(MeshId id) => _liveCalls.GetValueOrDefault(id);

    private async ValueTask<RoomClient> EnterAsync(string room, string name, Grants grants, JoinOptions options, CancellationToken cancellationToken)
    {
        while (true)
        {
            var opened = options.OpenRoom ? Open(room) : FindToJoin(room);
            if (!opened.TryBeginJoin())
            {
                // Retired between being found and being joined: the next look opens a new session.
                Forget(opened);
                continue;
            }

            try
            {
                var opening = opened.OpenAsync();
                if (!opening.IsCompletedSuccessfully)
                {
                    await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                return options.Connection == ConnectionKind.Direct
                    ? RoomClient.JoinDirect(opened, name, options.Role, grants, options.OwnAttributes(), isService: false, options.Approver)
                    : await SerialisingConnection.JoinAsync(opened, name, grants, options, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                opened.EndJoin();
            }
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            await Task.WhenAll(_rooms.Values.Select(room => room.RetireAsync())).ConfigureAwait(false);
        }
        finally
        {
            Deadlines.Stop();
            await _closed.CancelAsync().ConfigureAwait(false);
        }
    }

    private Room Open(string name)
    {
        if (!_disabled.IsEmpty && _disabled.ContainsKey(name))
        {
            throw new MeshException(RoomErrors.Disabled(name));
        }

        if (_rooms.TryGetValue(name, out var open) && _disposing is null)
        {
            return open;
        }

        var options = Options.ConfigureRoom?.Invoke(name) ?? RoomOptions.Default;
        if (!options.Enabled)
        {
            throw new MeshException(RoomErrors.Disabled(name));
        }

        lock (_rooms)
        {
            // Under the lock, so that a room is either seen by whoever disposes the host, or not opened.
            return _disposing is null
                ? _rooms.GetOrAdd(name, static (name, at) => new Room(at.Host, name, at.Options), (Host: this, Options: options))
                : throw new MeshException(RoomErrors.HostClosed());
        }
    }

    /// <summary>A room that is open, for who may not open one.</summary>
    private Room FindToJoin(string name) => _disabled.ContainsKey(name) ? throw new MeshException(RoomErrors.Disabled(name))
        : _rooms.GetValueOrDefault(name) ?? throw new MeshException(RoomErrors.NotOpen(name) with { Remedy = "Join it when somebody who may open it has done so." });

    private Room Find(string name) => _rooms.GetValueOrDefault(name) ?? throw new MeshException(RoomErrors.NotOpen(name));

    private RoomMember FindMember(string room, string participant) => Find(room).FindMember(participant)
        ?? throw new MeshException(new MeshError(MeshErrorCode.NotFound, $"Participant '{participant}' is not in room '{room}'."));
}
