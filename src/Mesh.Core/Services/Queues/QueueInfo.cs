namespace Mesh;

/// <summary>A queue as it was at one moment.</summary>
public sealed record QueueInfo
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>How many messages can be received now.</summary>
    public required int Ready { get; init; }

    /// <summary>How many messages receivers have that are neither acknowledged nor given up.</summary>
    public required int InFlight { get; init; }

    /// <summary>How many messages wait for their delay to pass.</summary>
    public required int Delayed { get; init; }

    /// <summary>How many receivers wait for a message.</summary>
    public required int Receivers { get; init; }

    /// <summary>Whether nothing more can be sent to it.</summary>
    public bool IsClosed { get; init; }
}

/// <summary>A part of a list of queues.</summary>
/// <param name="Queues">The queues, in the ordinal order of their names.</param>
/// <param name="Next">What to list the next part from; null when this is the last one. Opaque.</param>
public sealed record QueuePage(IReadOnlyList<QueueInfo> Queues, string? Next = null);

/// <summary>What a drain has removed.</summary>
/// <param name="Messages">The messages, in the order in which they were sent, those with a delay among them. None has a token.</param>
/// <param name="Remaining">How many messages are left that could be drained too.</param>
public sealed record QueueDrain(IReadOnlyList<QueueMessage> Messages, int Remaining);
