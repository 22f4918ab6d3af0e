using System.Text.Json;

namespace Mesh;

/// <summary>
/// A participant as its room holds it, for one life: its snapshot and grants as they are now, its budget, its calls,
/// its registrations, and the way back to it.
/// </summary>
internal sealed class RoomMember(Room room, Participant snapshot, Grants grants) : IEventReader
{
    private List<EventCursor>? _cursors;
    private TaskCompletionSource? _drained;
    private Participant _snapshot = snapshot;
    private Grants _grants = grants;
    private int _activeCalls;
    private bool _hasLeft;

    public Room Room { get; } = room;

    public Participant Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>What the journal knows it by, made for its first call.</summary>
    public CallerKey JournalKey => field ??= new(this);

    public Grants Grants => Volatile.Read(ref _grants);

    public BudgetAccount? Account { get; private set; } = NewAccount(grants, snapshot);

    public bool HasLeft => Volatile.Read(ref _hasLeft);

    /// <summary>How many of the calls that it made have not ended.</summary>
    public int ActiveCalls => Volatile.Read(ref _activeCalls);

    /// <summary>The sequence number of its own joining.</summary>
    public long JoinedAt { get; set; }

    /// <summary>Answers for the trees of calls that it starts, before the room's approver; null where nobody does. Set once, when it joins.</summary>
    public Approver? Approver { get; set; }

    /// <summary>Where calls of its tools go. Set once, when it joins.</summary>
    public ICallReceiver Receiver { get; set; } = null!;

    /// <summary>Its registrations, under the lock of the room's registry.</summary>
    public List<Registration>? Registrations { get; set; }

    /// <summary>
    /// Lets a call in, unless its caller has left or its room takes no more. Calls within a running tree go on, and while
    /// those may end, whoever withdraws what serves them is to be told when they have.
    /// </summary>
    public MeshError? TryEnterCall(CallState call)
    {
        Interlocked.Increment(ref _activeCalls);
        if (HasLeft)
        {
            ExitCall();
            return CallErrors.ClientClosed(call.Request.Target, Snapshot.Name, Room.Name);
        }

        if (call.Parent is null && Room.IsDraining && (Room.HasDrained || !RoomToolkit.Withdraws(call.Request.Target)))
        {
            ExitCall();
            return CallErrors.RoomClosed(call.Request.Target, Room);
        }

        return null;
    }

    public void ExitCall()
    {
        if (Interlocked.Decrement(ref _activeCalls) == 0)
        {
            Volatile.Read(ref _drained)?.TrySetResult();
        }
    }

    /// <summary>Completes when none of its calls runs any more; new ones must have been shut out before.</summary>
    public Task DrainAsync()
    {
        lock (this)
        {
            _drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (Volatile.Read(ref _activeCalls) == 0)
        {
            _drained.TrySetResult();
        }

        return _drained.Task;
    }

    public bool TryAddCursor(EventCursor cursor)
    {
        lock (this)
        {
            if (!_hasLeft)
            {
                (_cursors ??= new(1)).Add(cursor);
            }

            return !_hasLeft;
        }
    }

    public void RemoveCursor(EventCursor cursor)
    {
        lock (this)
        {
            _cursors?.Remove(cursor);
        }
    }

    public bool MaySee(RoomEvent e) => RoomEventData.IsVisible(e, this);

    /// <summary>Ends its life: from here on it makes no call and serves none. What it still has is ended by <see cref="EndCalls"/>.</summary>
    /// <returns>False when it had left before.</returns>
    public bool Leave()
    {
        lock (this)
        {
            bool isFirst = !_hasLeft;
            _hasLeft = true;
            return isFirst;
        }
    }

    /// <summary>
    /// Ends its calls, those that it made and those that it served, and its streams of events. Its registrations must be
    /// gone by then: a call that is tried again may not find it again.
    /// </summary>
    public void EndCalls()
    {
        // All who wait are told before the first handler is, whose unwinding takes its time.
        var calls = RunningCalls();
        foreach (var call in calls)
        {
            if (call.Member == this)
            {
                call.EndForCaller(CallErrors.CallerLeft(call));
            }
            else
            {
                call.LoseProvider();
            }
        }

        foreach (var call in calls)
        {
            call.EndForHandler();
        }

        EventCursor[] cursors;
        lock (this)
        {
            cursors = _cursors is null ? [] : [.. _cursors];
        }

        foreach (var cursor in cursors)
        {
            cursor.Stop();
        }
    }

    /// <summary>The calls that it has made or serves, of those that go on for longer.</summary>
    public CallState[] RunningCalls() =>
        [.. Room.TrackedCalls().Where(life => life.Call.Member == this || life.Provider == this).Select(life => life.Call)];

    /// <summary>Merges attributes into its own; a null removes one.</summary>
    /// <exception cref="MeshException">They would become too large; then none of the changes is made.</exception>
    public Participant SetAttributes(IReadOnlyDictionary<string, JsonElement?> changes)
    {
        lock (this)
        {
            var changed = _snapshot with { Attributes = ParticipantAttributes.Merge(_snapshot.Attributes, changes) };
            Volatile.Write(ref _snapshot, changed);
            return changed;
        }
    }

    /// <summary>Replaces its grants from now on; a changed budget starts anew.</summary>
    public void SetGrants(Grants grants)
    {
        lock (this)
        {
            if (grants.Budget != _grants.Budget)
            {
                Account = NewAccount(grants, _snapshot);
            }

            Volatile.Write(ref _grants, grants);
        }

        Room.UsedStores?.OnGrantsChanged();
        Room.Publish(RoomEventKinds.GrantsChanged, new GrantsChange(Snapshot));
    }

    private static BudgetAccount? NewAccount(Grants grants, Participant participant) =>
        grants.Budget is { } budget ? BudgetAccount.Of($"the budget of '{participant.Name}'", budget) : null;
}
