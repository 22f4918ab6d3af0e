using System.Text.Json;

namespace Mesh;

/// <summary>What lies between a client and its room.</summary>
public enum ConnectionKind
{
    /// <summary>Nothing: calls go straight into the room. The default.</summary>
    Direct,

    /// <summary>
    /// A connection in memory whose two ends share no object: everything crosses it as UTF-8, as it would cross a
    /// network. For tests of what a remote participant would see.
    /// </summary>
    Serialised,
}

/// <summary>How a participant joins. Immutable.</summary>
public sealed record JoinOptions
{
    /// <summary>What it is. <see cref="ParticipantRole.User"/> by default: then its calls, and all calls within them, are made on its behalf.</summary>
    public ParticipantRole Role { get; init; } = ParticipantRole.User;

    /// <summary>What it says of itself; may be changed later. None by default; names and values have at most 16 KiB together.</summary>
    public IReadOnlyDictionary<string, JsonElement> Attributes { get; init; } = Participants.NoAttributes;

    /// <summary>What lies between the client and its room. Nothing by default.</summary>
    public ConnectionKind Connection { get; init; }

    /// <summary>
    /// Whether joining opens the room when nobody is in it. True by default; false to join an open room only, on behalf of
    /// somebody who must not make rooms by naming them: joining another fails with <see cref="MeshErrorCode.NotFound"/>.
    /// </summary>
    public bool OpenRoom { get; init; } = true;

    /// <summary>
    /// Answers calls that need an approval in the trees that this participant starts, whoever in them calls: for a
    /// participant whose person can be asked. It is asked before <see cref="RoomOptions.Approver"/>, and passes a question on
    /// to that with <see cref="ApprovalAnswer.PassedOn"/>. It runs where the room is, whatever lies between. Null when only
    /// the room's approver is asked.
    /// </summary>
    public Approver? Approver { get; init; }

    internal static JoinOptions Default { get; } = new();

    /// <summary>The attributes with memory of their own: they outlive the documents that the caller took them from.</summary>
    internal IReadOnlyDictionary<string, JsonElement> OwnAttributes() => ParticipantAttributes.Own(Attributes);
}
