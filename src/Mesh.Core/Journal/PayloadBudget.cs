namespace Mesh;

/// <summary>
/// Holds the payloads of a journal in memory to a limit: what was captured of the oldest calls goes first, and their
/// entries say so. Not thread-safe.
/// </summary>
internal sealed class PayloadBudget(EntryRing<CallRecord> calls, long limit)
{
    private long _bytes;

    /// <summary>The place, counted over all calls from 0, before which no call holds a payload any more.</summary>
    private long _firstThatMayHold;

    /// <summary>Takes out what is dropped from a place that is written over.</summary>
    public void Remove(in CallRecord dropped)
    {
        if (_bytes > 0)
        {
            _bytes -= dropped.Payload.Bytes;
        }
    }

    /// <summary>Takes in what was written last.</summary>
    public void Add(JournalPayload payload)
    {
        if (!ReferenceEquals(payload, JournalPayload.None))
        {
            _bytes += payload.Bytes;
            Trim();
        }
    }

    private void Trim()
    {
        long dropped = calls.Appended - calls.Count;
        _firstThatMayHold = Math.Max(_firstThatMayHold, dropped);
        while (_bytes > limit)
        {
            ref var oldest = ref calls[(int)(_firstThatMayHold++ - dropped)];
            if (oldest.Payload.Bytes is > 0 and var bytes)
            {
                _bytes -= bytes;
                oldest = oldest.WithoutPayload();
            }
        }
    }
}
