namespace Mesh;

/// <summary>A message in memory, in one of three states: ready, delayed, or in flight. Used under the lock of its store.</summary>
internal sealed class StoredMessage : DueItem
{
    public required MeshId Id { get; init; }

    public required JsonPayload Body { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required string Sender { get; init; }

    public required DateTimeOffset SentAt { get; init; }

    /// <summary>What it counts in the limits, without the reason of a rejection.</summary>
    public required int Size { get; init; }

    /// <summary>Its place among those that are ready.</summary>
    public required long Sequence { get; init; }

    /// <inheritdoc/>
    public override long Order => Sequence;

    public int Deliveries { get; set; }

    /// <summary>What the last receiver that rejected it said.</summary>
    public string? Reason { get; set; }

    public DeadLetter? DeadLetter { get; init; }

    /// <summary>The token of the delivery that goes on; null while nobody has the message.</summary>
    public string? Token { get; set; }

    /// <summary>How large it is when it is handed out.</summary>
    public int HandedSize => Size + (6 * ((DeadLetter?.Reason?.Length ?? 0) + (Reason?.Length ?? 0)));

    /// <summary>The message for whoever it is handed to.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="readyAt">When its delay ends, for one that is removed before.</param>
    public QueueMessage HandOut(string queue, DateTimeOffset? readyAt = null) => new()
    {
        Id = Id,
        Queue = queue,
        Sequence = Sequence,
        Body = Body,
        Headers = Headers,
        Sender = Sender,
        SentAt = SentAt,
        Deliveries = Deliveries,
        Token = Token,
        Reason = Reason,
        ReadyAt = readyAt,
        DeadLetter = DeadLetter,
    };
}
