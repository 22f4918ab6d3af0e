namespace Mesh;

/// <summary>
/// Which entries of a journal to read: those that match everything that is set. Immutable. Names are compared ordinally.
/// What is said of calls matches no event.
/// </summary>
/// <example><code>
/// await foreach (var entry in mesh.Journal.ReadAsync(new() { Participant = "ada", Tool = "files/*", Status = CallStatus.Error }))
/// </code></example>
public sealed record JournalQuery
{
    /// <summary>Every entry.</summary>
    public static JournalQuery All { get; } = new();

    /// <summary>Only calls, or only events; null for both.</summary>
    public JournalEntryKind? Kind { get; init; }

    /// <summary>The room's name; null for all rooms.</summary>
    public string? Room { get; init; }

    /// <summary>The room's session; null for all sessions.</summary>
    public MeshId? Session { get; init; }

    /// <summary>The name of a participant that called, or for whom was called, or that served the call, or that an event is
    /// about; null for all.</summary>
    public string? Participant { get; init; }

    /// <summary>A pattern of <c>toolkit/tool</c>, in which <c>*</c> stands for any run of characters; null for all.</summary>
    public string? Tool { get; init; }

    /// <summary>The earliest <see cref="JournalEntry.StartedAt"/>; null for no limit.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The time that <see cref="JournalEntry.StartedAt"/> must be before; null for no limit.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>How the call ended; null for all.</summary>
    public CallStatus? Status { get; init; }

    /// <summary>The code that the call ended with; null for all.</summary>
    public MeshErrorCode? ErrorCode { get; init; }

    /// <summary>The <see cref="JournalEntry.RootId"/> of a tree of calls; null for all.</summary>
    public MeshId? Tree { get; init; }

    /// <summary>
    /// The sequence number after which to begin. Null for the beginning where a journal is read, and for what comes from
    /// now on where it is watched.
    /// </summary>
    public long? After
    {
        get;
        init => field = value is < 0
            ? throw new ArgumentOutOfRangeException(nameof(After), value, "JournalQuery.After must be at least 0.")
            : value;
    }

    /// <summary>How many entries to read at most, the oldest of those that match; null for no limit.</summary>
    public int? Limit
    {
        get;
        init => field = value is < 1
            ? throw new ArgumentOutOfRangeException(nameof(Limit), value, "JournalQuery.Limit must be at least 1.")
            : value;
    }

    /// <summary>Whether an entry matches all but <see cref="Limit"/>, which is of the reading as a whole.</summary>
    /// <param name="entry">The entry.</param>
    public bool Matches(in JournalEntry entry) =>
        (After is not { } after || entry.Sequence > after)
        && (Kind is not { } kind || entry.Kind == kind)
        && (Room is null || entry.Room == Room)
        && (Session is not { } session || entry.Session == session)
        && (From is not { } from || entry.StartedAt >= from)
        && (To is not { } to || entry.StartedAt < to)
        && (Participant is null || entry.Caller == Participant || entry.OnBehalfOf == Participant || entry.Provider == Participant)
        && (!IsOfCalls || (entry.Event is null && MatchesCall(entry)));

    private bool IsOfCalls => Tool is not null || Status is not null || ErrorCode is not null || Tree is not null;

    private bool MatchesCall(in JournalEntry entry) =>
        (Tree is not { } tree || entry.RootId == tree)
        && (Status is not { } status || entry.Status == status)
        && (ErrorCode is not { } code || entry.ErrorCode == code)
        && (Tool is null || AllowList.Matches(Tool, entry.Target.Path));
}
