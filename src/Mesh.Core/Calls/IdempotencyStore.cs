namespace Mesh;

/// <summary>
/// The outcomes of calls with an idempotency key, kept by one room for a fixed time after the call, so that a repeated call has no
/// second effect. Bounded: when full of keys that have not expired, new keyed calls are refused, never old ones forgotten.
/// </summary>
internal sealed class IdempotencyStore(TimeProvider clock)
{
    public const int Capacity = 10_000;
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Entry> _entries = [];
    private readonly Queue<Entry> _ended = new();

    /// <summary>Takes the key for a call, or finds the call that has it.</summary>
    /// <param name="call">The call; its arguments are already checked.</param>
    /// <param name="entry">The entry: the caller's own to complete when the result is null, else another call's to wait for.</param>
    /// <param name="isOwner">Whether the call is the first under its key.</param>
    /// <returns>Why the key cannot be used, or null.</returns>
    public MeshError? Begin(CallState call, out Entry entry, out bool isOwner)
    {
        var request = call.Request;
        var key = new Key(call.Caller.Name, request.Target.ToString(), request.IdempotencyKey!);
        string arguments = ToolHashes.Arguments(call.Arguments);
        lock (_gate)
        {
            DropExpired();
            if (_entries.TryGetValue(key, out entry!))
            {
                isOwner = false;
                return entry.ArgumentsHash == arguments ? null : new(MeshErrorCode.IdempotencyConflict, $"{request.Target.Label}: the idempotency key was used before with other arguments.")
                {
                    Remedy = "Use a new key for a new call.",
                };
            }

            isOwner = true;
            if (_entries.Count >= Capacity)
            {
                return new(MeshErrorCode.Overloaded, $"Room '{call.Member.Room.Name}' remembers {Capacity} idempotency keys and can take no more now.")
                {
                    Remedy = "Call again later, or without a key.",
                    Retryable = true,
                    RetryAfter = _ended.TryPeek(out var oldest) ? Lifetime - clock.GetElapsedTime(oldest.EndedAt) : null,
                };
            }

            entry = new Entry(key, arguments);
            _entries.Add(key, entry);
            return null;
        }
    }

    /// <summary>Settles a key. A call that had no effect gives its key back, so that it may be tried again.</summary>
    /// <param name="entry">The call's entry.</param>
    /// <param name="outcome">Its outcome, which those get that wait for it.</param>
    /// <param name="hadEffect">Whether it may have had its effect.</param>
    /// <param name="wasGivenUp">Whether something ended it from outside.</param>
    public void Complete(Entry entry, CallOutcome outcome, bool hadEffect, bool wasGivenUp = false)
    {
        entry.WasGivenUp = wasGivenUp && !hadEffect;
        lock (_gate)
        {
            if (hadEffect)
            {
                entry.EndedAt = clock.GetTimestamp();
                _ended.Enqueue(entry);
            }
            else
            {
                _entries.Remove(entry.Key);
            }
        }

        entry.Outcome.TrySetResult(outcome);
    }

    private void DropExpired()
    {
        while (_ended.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.EndedAt) >= Lifetime)
        {
            _entries.Remove(_ended.Dequeue().Key);
        }
    }

    internal readonly record struct Key(string Caller, string Target, string Value);

    internal sealed class Entry(Key key, string argumentsHash)
    {
        public Key Key { get; } = key;

        public string ArgumentsHash { get; } = argumentsHash;

        /// <summary>When its call ended, from when on it is remembered for its lifetime.</summary>
        public long EndedAt { get; set; }

        /// <summary>
        /// Whether its call had no effect because something had ended it from outside, as its caller or its deadline: calls
        /// that wait for it have ends of their own. Set before the outcome is.
        /// </summary>
        public bool WasGivenUp { get; set; }

        public TaskCompletionSource<CallOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
