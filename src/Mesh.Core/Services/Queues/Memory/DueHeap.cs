namespace Mesh;

/// <summary>
/// Messages by the time at which something becomes of them. Each knows its place, so that one that is acknowledged is
/// taken out at once: entries that wait for their time to be passed over would pile up with every message in between.
/// </summary>
internal sealed class DueHeap
{
    private StoredMessage[] _items = [];

    public int Count { get; private set; }

    /// <summary>When the first one is due; <see cref="long.MaxValue"/> when there is none.</summary>
    public long FirstDue => Count == 0 ? long.MaxValue : _items[0].Due;

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<StoredMessage> Items => _items.Take(Count);

    public void Add(StoredMessage message)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(4, Count * 2));
        }

        Count++;
        Rise(Count - 1, message);
    }

    public void Remove(StoredMessage message)
    {
        int index = message.HeapIndex;
        message.HeapIndex = -1;
        var last = _items[--Count];
        _items[Count] = null!;
        if (last != message)
        {
            Move(index, last);
        }
    }

    /// <summary>Finds the place of a message whose time was changed.</summary>
    public void Update(StoredMessage message) => Move(message.HeapIndex, message);

    /// <summary>Takes out the first one that is due; null when none is.</summary>
    public StoredMessage? TakeDue(long now)
    {
        if (FirstDue > now)
        {
            return null;
        }

        var first = _items[0];
        Remove(first);
        return first;
    }

    private void Move(int index, StoredMessage message)
    {
        if (index > 0 && IsBefore(message, _items[(index - 1) / 2]))
        {
            Rise(index, message);
        }
        else
        {
            Sink(index, message);
        }
    }

    private void Rise(int index, StoredMessage message)
    {
        while (index > 0 && _items[(index - 1) / 2] is var parent && IsBefore(message, parent))
        {
            Put(index, parent);
            index = (index - 1) / 2;
        }

        Put(index, message);
    }

    private void Sink(int index, StoredMessage message)
    {
        while ((2 * index) + 1 is var child && child < Count)
        {
            if (child + 1 < Count && IsBefore(_items[child + 1], _items[child]))
            {
                child++;
            }

            if (!IsBefore(_items[child], message))
            {
                break;
            }

            Put(index, _items[child]);
            index = child;
        }

        Put(index, message);
    }

    private void Put(int index, StoredMessage message)
    {
        _items[index] = message;
        message.HeapIndex = index;
    }

    private static bool IsBefore(StoredMessage a, StoredMessage b) => a.Due < b.Due || (a.Due == b.Due && a.Sequence < b.Sequence);
}
