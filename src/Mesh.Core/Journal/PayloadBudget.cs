namespace Mesh;

/// <summary>
/// Holds the payloads of a journal in memory to a limit: what was captured of the oldest calls goes first, and their
/// entries say so. Not thread-safe.
/// </summary>
internal sealed class PayloadBudget(EntryRing<JournalEntry> calls, long limit)
{
    private long _bytes;

    /// <summary>The place, counted over all calls from 0, before which no call holds a payload any more.</summary>
    private long _firstThatMayHold;

    /// <summary>Puts a new call in the place of one that is dropped, or in an empty one.</summary>
    public void Replace(ref JournalEntry place, in JournalEntry entry)
    {
        if (_bytes > 0)
        {
            _bytes -= place.Payload.Bytes;
        }

        place = entry;
        if (entry.Payload is var payload && !ReferenceEquals(payload, JournalPayload.None))
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
                oldest = oldest with { Payload = oldest.Payload.Dropped() };
            }
        }
    }
}
