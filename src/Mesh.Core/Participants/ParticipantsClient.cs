using System.Text.Json;

namespace Mesh;

/// <summary>Who is in a room, for one participant. Thread-safe.</summary>
public sealed class ParticipantsClient
{
    private readonly RoomClient _room;

    internal ParticipantsClient(RoomClient room) => _room = room;

    /// <summary>Lists who is in the room, in the order of joining. Asks for the grant <c>messaging.list</c>.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="MeshException">It is not granted (<see cref="MeshErrorCode.NotGranted"/>).</exception>
    public ValueTask<IReadOnlyList<Participant>> ListAsync(CancellationToken cancellationToken = default) => _room.Toolkits.InvokeAsync(
        "room/listParticipants",
        new NoArguments(),
        MeshJsonContext.Default.NoArguments,
        MeshJsonContext.Default.IReadOnlyListParticipant,
        null,
        cancellationToken);

    /// <summary>Changes what this participant says of itself; everyone who may list participants learns of it.</summary>
    /// <param name="attributes">Attributes to set, and with null (or a JSON null) to remove; others stay as they are.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>This participant as it is now.</returns>
    /// <exception cref="MeshException">With these, names and values would have more than 16 KiB together
    /// (<see cref="MeshErrorCode.TooLarge"/>); then none of them is changed.</exception>
    public ValueTask<Participant> SetAttributesAsync(
        IReadOnlyDictionary<string, JsonElement?> attributes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        return _room.Toolkits.InvokeAsync(
            "room/setAttributes",
            new SetAttributesArguments(attributes),
            MeshJsonContext.Default.SetAttributesArguments,
            MeshJsonContext.Default.Participant,
            null,
            cancellationToken);
    }

    /// <summary>Makes a participant leave. Asks for the grant <c>admin.removeParticipants</c>.</summary>
    /// <param name="participant">The participant's name.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="MeshException">It is not granted, or the participant is not there.</exception>
    public async ValueTask RemoveAsync(string participant, CancellationToken cancellationToken = default) => await _room.Toolkits.InvokeAsync(
        "room/removeParticipant",
        new RemoveParticipantArguments(participant),
        MeshJsonContext.Default.RemoveParticipantArguments,
        MeshJsonContext.Default.NoResult,
        null,
        cancellationToken).ConfigureAwait(false);

    /// <summary>Replaces what a participant may do, from now on. Asks for the grant <c>admin.changeGrants</c>.</summary>
    /// <param name="participant">The participant's name.</param>
    /// <param name="grants">What it may do.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="MeshException">It is not granted, or the participant is not there.</exception>
    public async ValueTask SetGrantsAsync(string participant, Grants grants, CancellationToken cancellationToken = default) => await _room.Toolkits.InvokeAsync(
        "room/setGrants",
        new SetGrantsArguments(participant, grants),
        MeshJsonContext.Default.SetGrantsArguments,
        MeshJsonContext.Default.NoResult,
        null,
        cancellationToken).ConfigureAwait(false);
}
