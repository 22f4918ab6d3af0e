using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>
/// One thing that the journal keeps: a call, refused ones too (who called what, for whom, when, how large, and how it
/// ended), or an event of a room. Immutable. A value, so that a journal that keeps the last entries in memory allocates
/// nothing for them. Two entries of events are equal only when they hold the same <see cref="RoomEvent"/> object.
/// </summary>
public readonly record struct JournalEntry
{
    /// <summary>An entry to be filled in.</summary>
    public JournalEntry()
    {
    }

    /// <summary>The place in the journal, counted from 1 over all rooms without gaps, as the journal gives it; 0 for an
    /// entry that no journal has taken.</summary>
    public long Sequence { get; init; }

    /// <summary>What the entry tells of; what is not of its kind has its default.</summary>
    [JsonIgnore]
    public JournalEntryKind Kind => Event is null ? JournalEntryKind.Call : JournalEntryKind.Event;

    /// <summary>The room's name; empty for <see cref="Lagged"/> entries of a watch.</summary>
    public required string Room { get; init; }

    /// <summary>The room's session.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MeshId Session { get; init; }

    /// <summary>When the call arrived, or the event happened.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The event; null for a call.</summary>
    public RoomEvent? Event { get; init; }

    /// <summary>
    /// How many are missing before the next entry: entries of the journal for a watch that was too slow, events of a
    /// room where the journal was. 0 for every other entry.
    /// </summary>
    [JsonIgnore]
    public long Lagged => Event?.Lagged ?? 0;

    /// <summary>The call; the empty id for an event.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MeshId CallId { get; init; }

    /// <summary>The call in whose handler it was made; the empty id for the root of a tree.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MeshId ParentId { get; init; }

    /// <summary>The first call of the tree; equal to <see cref="CallId"/> for a root.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MeshId RootId { get; init; }

    /// <summary>The attempt that ended the call, from 1.</summary>
    public int Attempt { get; init => field = Math.Max(value, 1); } = 1;

    /// <summary>The name of the participant that called, or that the event is about (the provider, for a toolkit); null for
    /// an event that is about nobody.</summary>
    public string? Caller { get; init; }

    /// <summary>The life of the participant that called; the empty id for an event.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MeshId CallerId { get; init; }

    /// <summary>The name of the person for whom it was made, or null.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>The tool that was called, as its caller named it; an address of nothing is cut at 300 characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ToolAddress Target { get; init; }

    /// <summary>The name of the participant that served the call; null when it was refused before, or served by the room.</summary>
    public string? Provider { get; init; }

    /// <summary>The <see cref="ToolDefinition.ContractHash"/> of the tool; null when the call was refused before one was found.</summary>
    public string? ContractHash { get; init; }

    /// <summary>How long the call took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The size of the arguments as JSON, in bytes.</summary>
    public long BytesIn { get; init; }

    /// <summary>The size of the result's content in bytes, without what was streamed before it.</summary>
    public long BytesOut { get; init; }

    /// <summary>How the call ended.</summary>
    public CallStatus Status { get; init; }

    /// <summary>The code of the failure; null for a result.</summary>
    public MeshErrorCode? ErrorCode { get; init; }

    /// <summary>What the call used besides time, without the calls that it made; null where its handler reported nothing.</summary>
    public CallUsage? Usage { get; init; }

    /// <summary>What was kept of arguments and result, by the capture policy; never null.</summary>
    public JournalPayload Payload { get => field ?? JournalPayload.None; init; } = JournalPayload.None;

    /// <summary>The entry of an event of a room, about the participant that the event names.</summary>
    /// <param name="room">The room's name.</param>
    /// <param name="e">The event.</param>
    public static JournalEntry OfEvent(string room, RoomEvent e)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(e);
        return new()
        {
            Room = room,
            Session = e.Session,
            StartedAt = e.Time,
            Event = e,
            Caller = RoomEventData.NameIn(e),
        };
    }

    /// <summary>The entry that tells the reader of a journal that some are missing.</summary>
    internal static JournalEntry OfLag(long lastMissing, long count, DateTimeOffset time) =>
        OfEvent("", new RoomEvent(default, lastMissing, time, RoomEventKinds.Lagged, (object?)null) { Lagged = count }) with
        {
            Sequence = lastMissing,
        };

    /// <summary>The entry as JSON, for a journal that keeps it outside of memory.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, MeshJsonContext.Default.JournalEntry);

    /// <summary>Reads an entry that <see cref="ToJson"/> has written, by this version or, as long as it knows all of it, another.</summary>
    /// <param name="json">The JSON.</param>
    /// <exception cref="JsonException">It is not the JSON of an entry.</exception>
    public static JournalEntry FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, MeshJsonContext.Default.JournalEntry);
        }
        catch (ArgumentException exception) when (json is not null)
        {
            throw new JsonException("The JSON is not that of an entry.", exception);
        }
    }

    /// <summary>The entry on one line, for a debugger.</summary>
    public override string ToString() => JournalText.Line(this);
}
