namespace Mesh;

/// <summary>What becomes due at some time: a message when its delay or its visibility ends.</summary>
internal abstract class DueItem
{
    /// <summary>When, as a timestamp.</summary>
    public long Due { get; set; }

    /// <summary>The place of an item that waits for nothing.</summary>
    public const int Nowhere = -1;

    /// <summary>Its index in a <see cref="DueHeap{T}"/>.</summary>
    public int Place { get; set; } = Nowhere;

    /// <summary>Which of those that are due at the same time comes first: the one with the lowest.</summary>
    public abstract long Order { get; }
}

/// <summary>
/// What becomes due, the earliest first. Each item knows its place, so that one that is done with is taken out at once:
/// entries that wait for their time to be passed over would pile up with everything that comes in between.
/// </summary>
internal sealed class DueHeap<T>
    where T : DueItem
{
    private T[] _items = [];

    public int Count { get; private set; }

    /// <summary>When the first one is due; <see cref="long.MaxValue"/> when there is none.</summary>
    public long FirstDue => Count == 0 ? long.MaxValue : _items[0].Due;

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<T> Items => _items.Take(Count);

    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(4, Count * 2));
        }

        Count++;
        Rise(Count - 1, item);
    }

    public void Remove(T item)
    {
        int index = item.Place;
        item.Place = DueItem.Nowhere;
        var last = _items[--Count];
        _items[Count] = null!;
        if (last != item)
        {
            Move(index, last);
        }
    }

    /// <summary>Finds the place of an item whose time was changed.</summary>
    public void Update(T item) => Move(item.Place, item);

    /// <summary>Takes out the first one that is due; null when none is.</summary>
    public T? TakeDue(long now)
    {
        if (FirstDue > now)
        {
            return null;
        }

        var first = _items[0];
        Remove(first);
        return first;
    }

    private void Move(int index, T item)
    {
        if (index > 0 && IsBefore(item, _items[(index - 1) / 2]))
        {
            Rise(index, item);
        }
        else
        {
            Sink(index, item);
        }
    }

    private void Rise(int index, T item)
    {
        while (index > 0 && _items[(index - 1) / 2] is var parent && IsBefore(item, parent))
        {
            Put(index, parent);
            index = (index - 1) / 2;
        }

        Put(index, item);
    }

    private void Sink(int index, T item)
    {
        while ((2 * index) + 1 is var child && child < Count)
        {
            if (child + 1 < Count && IsBefore(_items[child + 1], _items[child]))
            {
                child++;
            }

            if (!IsBefore(_items[child], item))
            {
                break;
            }

            Put(index, _items[child]);
            index = child;
        }

        Put(index, item);
    }

    private void Put(int index, T item)
    {
        _items[index] = item;
        item.Place = index;
    }

    private static bool IsBefore(T a, T b) => a.Due < b.Due || (a.Due == b.Due && a.Order < b.Order);
}
