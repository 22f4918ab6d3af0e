namespace Mesh;

/// <summary>
/// What becomes due in about the order in which it comes, the earliest first: a list through the items themselves. What is
/// added or taken out moves nothing else, as it does in a <see cref="DueHeap{T}"/>.
/// </summary>
internal sealed class DueLine<T>
    where T : DueItem
{
    /// <summary>How many that are due later an item may pass by: threads that add at the same time overtake one another.</summary>
    private const int MostSteps = 4;

    private DueItem? _first;
    private DueItem? _last;

    public bool IsEmpty => _first is null;

    /// <summary>When the first one is due; <see cref="long.MaxValue"/> when there is none.</summary>
    public long FirstDue => _first?.Due ?? long.MaxValue;

    /// <summary>Adds an item, unless too many are due after it.</summary>
    public bool TryAdd(T item)
    {
        var previous = _last;
        for (int steps = 0; previous is not null && item.Due < previous.Due; previous = previous.DueBefore)
        {
            if (++steps > MostSteps)
            {
                return false;
            }
        }

        var next = previous is null ? _first : previous.DueAfter;
        (item.DueBefore, item.DueAfter, item.Place) = (previous, next, DueItem.InLine);
        _ = previous is null ? _first = item : previous.DueAfter = item;
        _ = next is null ? _last = item : next.DueBefore = item;
        return true;
    }

    public void Remove(T item)
    {
        _ = item.DueBefore is null ? _first = item.DueAfter : item.DueBefore.DueAfter = item.DueAfter;
        _ = item.DueAfter is null ? _last = item.DueBefore : item.DueAfter.DueBefore = item.DueBefore;
        (item.DueBefore, item.DueAfter, item.Place) = (null, null, DueItem.Nowhere);
    }

    /// <summary>Takes out the first one that is due; null when none is.</summary>
    public T? TakeDue(long now)
    {
        if (FirstDue > now)
        {
            return null;
        }

        var first = (T)_first!;
        Remove(first);
        return first;
    }
}
