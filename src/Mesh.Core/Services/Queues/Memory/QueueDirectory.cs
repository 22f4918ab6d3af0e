using System.Globalization;

namespace Mesh;

/// <summary>The queues of one store by their names, bounded. Used under the lock of the store.</summary>
/// <param name="most">How many there may be; as many more that messages were moved into, and those of them that hold any.</param>
internal sealed class QueueDirectory(int most)
{
    private readonly Dictionary<string, MemoryQueue> _queues = new(StringComparer.Ordinal);
    private int _movedInto;

    public IReadOnlyCollection<MemoryQueue> All => _queues.Values;

    public MemoryQueue? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _queues.GetValueOrDefault(name);
    }

    /// <summary>The queues whose dead letters are moved into a queue: one, but where names were cut to make room for the suffix.</summary>
    /// <param name="letters">The name of a dead-letter queue.</param>
    public MemoryQueue[] MovingInto(string letters) =>
        letters.Length == QueuePolicy.MaxNameLength ? [.. All.Where(queue => !queue.IsDeadLetterQueue && queue.Letters == letters)]
        : Find(letters[..^QueuePolicy.DeadLetterSuffix.Length]) is { IsDeadLetterQueue: false } queue ? [queue]
        : [];

    /// <summary>The queue of a name, made if it is not there.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isMovedInto">Whether it is for messages that are moved, or put back, which must have a place.</param>
    /// <exception cref="MeshException">There are too many (<see cref="MeshErrorCode.Overloaded"/>).</exception>
    public MemoryQueue FindOrAdd(string name, bool isMovedInto = false)
    {
        if (Find(name) is { } known)
        {
            return known;
        }

        // Those that messages are moved into have places of their own: they must not be refused, nor refuse others.
        int alike = isMovedInto ? _movedInto : _queues.Count - _movedInto;
        if (alike >= most && !MakeRoom(isMovedInto) && !isMovedInto)
        {
            throw new MeshException(QueueErrors.Full("The room", string.Create(CultureInfo.InvariantCulture, $"{most:N0} queues")));
        }

        var queue = new MemoryQueue(name) { IsMovedInto = isMovedInto };
        _queues.Add(name, queue);
        _movedInto += isMovedInto ? 1 : 0;
        return queue;
    }

    public void Clear()
    {
        _queues.Clear();
        _movedInto = 0;
    }

    /// <summary>Forgets a queue that nobody uses. Closed ones last: whoever receives from them is to learn that nothing will come.</summary>
    private bool MakeRoom(bool isMovedInto)
    {
        if (_queues.Values.Where(each => each.IsUnused && each.IsMovedInto == isMovedInto).MinBy(each => each.IsClosed) is not { } unused)
        {
            return false;
        }

        _queues.Remove(unused.Name);
        _movedInto -= isMovedInto ? 1 : 0;
        return true;
    }
}
