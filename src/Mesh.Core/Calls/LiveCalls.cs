namespace Mesh;

/// <summary>
/// The calls of one participant that did not end at once, those that it makes and those that it serves: a list through the
/// calls themselves, in no order. Thread-safe.
/// </summary>
internal struct LiveCalls()
{
    private SpinLock _gate = new(enableThreadOwnerTracking: false);
    private CallLife? _first;
    private bool _isClosed;

    /// <summary>False when its participant has left.</summary>
    public bool TryAdd(CallLife life, RoomMember member)
    {
        using (new SpinHold(ref _gate))
        {
            if (_isClosed)
            {
                return false;
            }

            life.LinkOf(member).Next = _first;
            if (_first is not null)
            {
                _first.LinkOf(member).Previous = life;
            }

            _first = life;
            return true;
        }
    }

    /// <summary>Takes a call out; without effect when it is not in.</summary>
    public void Remove(CallLife life, RoomMember member)
    {
        using (new SpinHold(ref _gate))
        {
            RemoveHeld(life, member);
        }
    }

    /// <summary>Takes no more calls.</summary>
    public void Close()
    {
        using (new SpinHold(ref _gate))
        {
            _isClosed = true;
        }
    }

    public CallState[] ToArray(RoomMember member)
    {
        var calls = new List<CallState>();
        using (new SpinHold(ref _gate))
        {
            for (var life = _first; life is not null; life = life.LinkOf(member).Next)
            {
                calls.Add(life.Call);
            }
        }

        return [.. calls];
    }

    private void RemoveHeld(CallLife life, RoomMember member)
    {
        ref var link = ref life.LinkOf(member);
        if (link.Previous is not null)
        {
            link.Previous.LinkOf(member).Next = link.Next;
        }
        else if (_first == life)
        {
            _first = link.Next;
        }
        else
        {
            return;
        }

        if (link.Next is not null)
        {
            link.Next.LinkOf(member).Previous = link.Previous;
        }

        link = default;
    }
}

/// <summary>The place of a call in the list of one participant.</summary>
internal struct CallLink
{
    public CallLife? Previous;
    public CallLife? Next;
}
