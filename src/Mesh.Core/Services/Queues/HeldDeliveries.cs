using System.Collections.Concurrent;

namespace Mesh;

/// <summary>
/// The deliveries that go back when their receiver leaves its room. One that is over without an answer is forgotten when
/// there are many: however long a receiver stays, this holds little more than what is in flight.
/// </summary>
internal sealed class HeldDeliveries(TimeProvider clock)
{
    private const int FewEnough = 1_024;

    private readonly ConcurrentDictionary<(string Queue, string Token), Held> _held = new();
    private int _lookAt = FewEnough;
    private bool _isUsed;

    public void Add(RoomMember receiver, IReadOnlyList<QueueMessage> messages, TimeSpan visibility)
    {
        Volatile.Write(ref _isUsed, true);
        var until = clock.GetUtcNow() + visibility;
        foreach (var message in messages)
        {
            _held[(message.Queue, message.Token!)] = new(receiver, until);
        }

        if (_held.Count > Volatile.Read(ref _lookAt))
        {
            ForgetEnded();
        }
    }

    public void Remove(string queue, string? token)
    {
        if (Volatile.Read(ref _isUsed) && token is not null)
        {
            _held.TryRemove((queue, token), out _);
        }
    }

    public void Extend(string queue, string token, TimeSpan visibility)
    {
        if (Volatile.Read(ref _isUsed) && _held.TryGetValue((queue, token), out var held))
        {
            // An extension that fails leaves a delivery here for longer than it lasts, and that does no harm.
            _held.TryUpdate((queue, token), held with { Until = clock.GetUtcNow() + visibility }, held);
        }
    }

    /// <summary>What a receiver has; it is forgotten here.</summary>
    public IReadOnlyList<(string Queue, string Token)> Take(RoomMember receiver) => !Volatile.Read(ref _isUsed)
        ? []
        : [.. _held.Where(each => each.Value.Receiver == receiver && _held.TryRemove(each)).Select(each => each.Key)];

    private void ForgetEnded()
    {
        var now = clock.GetUtcNow();
        foreach (var each in _held.Where(each => each.Value.Until <= now))
        {
            _held.TryRemove(each);
        }

        Volatile.Write(ref _lookAt, Math.Max(FewEnough, 2 * _held.Count));
    }

    private sealed record Held(RoomMember Receiver, DateTimeOffset Until);
}
