namespace Mesh;

/// <summary>
/// The newest items of one kind, each with its sequence number, in an array that grows with them up to a capacity and is
/// then written over from its beginning. Not thread-safe.
/// </summary>
internal sealed class EntryRing<T>(int capacity)
    where T : struct
{
    private const int FirstLength = 64;
    private T[] _items = new T[Math.Min(capacity, FirstLength)];
    private long[] _sequences = new long[Math.Min(capacity, FirstLength)];
    private int _oldest;

    /// <summary>How many items are kept.</summary>
    public int Count { get; private set; }

    /// <summary>How many there were in all.</summary>
    public long Appended { get; private set; }

    /// <summary>Makes room for one item; what is there has still to be replaced.</summary>
    public ref T Add(long sequence)
    {
        if (Count == _items.Length && Count < capacity)
        {
            // Not yet written over: the oldest is still the first.
            Array.Resize(ref _items, (int)Math.Min(capacity, _items.Length * 2L));
            Array.Resize(ref _sequences, _items.Length);
        }

        Appended++;
        int place;
        if (Count < _items.Length)
        {
            place = Count++;
        }
        else
        {
            place = _oldest;
            _oldest = place + 1 == _items.Length ? 0 : place + 1;
        }

        _sequences[place] = sequence;
        return ref _items[place];
    }

    /// <summary>An item by its age, the oldest one being 0.</summary>
    public ref T this[int index] => ref _items[Place(index)];

    public long SequenceAt(int index) => _sequences[Place(index)];

    /// <summary>The index of the oldest item beyond a sequence number; <see cref="Count"/> when there is none.</summary>
    public int IndexAfter(long sequence)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (SequenceAt(middle) > sequence)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private int Place(int index)
    {
        int place = _oldest + index;
        return place < _items.Length ? place : place - _items.Length;
    }
}
