using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>
/// The code of a <see cref="MeshError"/>: a short lower-case word that is the same in process, on a wire, in MCP and
/// in HTTP. The set is open: a tool may use codes of its own (see <see cref="ToolException"/>), and a reader must
/// treat a code that it does not know as an ordinary failure.
/// </summary>
/// <param name="Value">The code as it is written: lower-case letters, digits and underscores.</param>
[JsonConverter(typeof(MeshErrorCodeJsonConverter))]
[JsonSchema("""{"type":"string"}""")]
public readonly record struct MeshErrorCode(string Value)
{
    /// <summary>No room, toolkit, tool, participant or registration of that name exists, or none that the caller may know of.</summary>
    public static MeshErrorCode NotFound => new("not_found");

    /// <summary>The thing exists, but the caller's grants, or those of the person it acts for, do not cover it.</summary>
    public static MeshErrorCode NotGranted => new("not_granted");

    /// <summary>The caller has not said who it is, or not in a way that counts here.</summary>
    public static MeshErrorCode Unauthenticated => new("unauthenticated");

    /// <summary>The agent runs in the background and cannot be asked; a publisher's items are for those who subscribe.</summary>
    public static MeshErrorCode NotInvocable => new("not_invocable");

    /// <summary>Toolkits were given with a call of something that takes none of its caller's.</summary>
    public static MeshErrorCode ToolsNotSupported => new("tools_not_supported");

    /// <summary>The agent was started before; an instance is bound once, to one room.</summary>
    public static MeshErrorCode AlreadyStarted => new("already_started");

    /// <summary>The arguments do not satisfy the input schema. The details list path, keyword and reason of each failure.</summary>
    public static MeshErrorCode InvalidArguments => new("invalid_arguments");

    /// <summary>The tool answered with something that its own output schema refuses. The details never hold the value.</summary>
    public static MeshErrorCode InvalidOutput => new("invalid_output");

    /// <summary>A name, grant, contract or option that was to be registered or joined with is malformed.</summary>
    public static MeshErrorCode InvalidDefinition => new("invalid_definition");

    /// <summary>A JSON Schema cannot be compiled: it is malformed, too large, or refers to something that is not there.</summary>
    public static MeshErrorCode InvalidSchema => new("invalid_schema");

    /// <summary>A live participant, toolkit or tool already has that name.</summary>
    public static MeshErrorCode NameTaken => new("name_taken");

    /// <summary>The registration would break the contract of a live tool of the same address.</summary>
    public static MeshErrorCode ContractConflict => new("contract_conflict");

    /// <summary>The room already holds as many participants as it may.</summary>
    public static MeshErrorCode RoomFull => new("room_full");

    /// <summary>The room is switched off by its host.</summary>
    public static MeshErrorCode RoomDisabled => new("room_disabled");

    /// <summary>The room is just being retired; a new session may be opened as soon as that is done.</summary>
    public static MeshErrorCode RoomRetiring => new("room_retiring");

    /// <summary>The client, its room or its host is closed.</summary>
    public static MeshErrorCode Closed => new("closed");

    /// <summary>Nobody serves the tool now, or its provider went away before anything can have happened.</summary>
    public static MeshErrorCode Unavailable => new("unavailable");

    /// <summary>The provider went away in the middle of a call whose effect cannot be known. Comes with <see cref="CallStatus.Unknown"/>.</summary>
    public static MeshErrorCode ProviderLost => new("provider_lost");

    /// <summary>The call did not end within its deadline, or a stream sent nothing for longer than its idle limit.</summary>
    public static MeshErrorCode DeadlineExceeded => new("deadline_exceeded");

    /// <summary>The call was cancelled by its caller.</summary>
    public static MeshErrorCode Cancelled => new("cancelled");

    /// <summary>A client was used inside a call that is over. Start a new tree explicitly for work that outlives its call.</summary>
    public static MeshErrorCode CallEnded => new("call_ended");

    /// <summary>A budget of the call, its tree, the participant or the room is used up.</summary>
    public static MeshErrorCode BudgetExceeded => new("budget_exceeded");

    /// <summary>A bounded queue or table is full. Try again after the time that the error gives.</summary>
    public static MeshErrorCode Overloaded => new("overloaded");

    /// <summary>What was to be created is there already. The details tell its version.</summary>
    public static MeshErrorCode AlreadyExists => new("already_exists");

    /// <summary>What was to be changed does not have the version that was expected. The details tell the one that it has.</summary>
    public static MeshErrorCode VersionConflict => new("version_conflict");

    /// <summary>A store of the room holds as much as it may. Waiting does not help; deleting does.</summary>
    public static MeshErrorCode StoreFull => new("store_full");

    /// <summary>The call needs an approval and the room has nobody to ask.</summary>
    public static MeshErrorCode ApprovalUnavailable => new("approval_unavailable");

    /// <summary>The approver said no.</summary>
    public static MeshErrorCode ApprovalRefused => new("approval_refused");

    /// <summary>The approver did not answer in time.</summary>
    public static MeshErrorCode ApprovalExpired => new("approval_expired");

    /// <summary>What was approved is no longer what would run: the tool, its arguments or the caller changed meanwhile.</summary>
    public static MeshErrorCode ApprovalStale => new("approval_stale");

    /// <summary>The approval that was given is for something else: another call, tool, arguments or caller than were asked about.</summary>
    public static MeshErrorCode ApprovalMismatch => new("approval_mismatch");

    /// <summary>The tool's own code failed. What it threw stays with its provider.</summary>
    public static MeshErrorCode HandlerFailed => new("handler_failed");

    /// <summary>An idempotency key was used again for a different call.</summary>
    public static MeshErrorCode IdempotencyConflict => new("idempotency_conflict");

    /// <summary>Arguments, a result, a frame or a message is larger than the host's limit.</summary>
    public static MeshErrorCode TooLarge => new("too_large");

    /// <summary>A queue takes no more messages, or has none to hand out any more, because it was closed.</summary>
    public static MeshErrorCode QueueClosed => new("queue_closed");

    /// <summary>A queue's message is no longer the receiver's: it was acknowledged or rejected before, or its visibility time has passed.</summary>
    public static MeshErrorCode DeliveryEnded => new("delivery_ended");

    /// <summary>The other side of a connection sent something that the protocol does not allow.</summary>
    public static MeshErrorCode ProtocolError => new("protocol_error");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>Writes a <see cref="MeshErrorCode"/> as its text.</summary>
internal sealed class MeshErrorCodeJsonConverter : JsonConverter<MeshErrorCode>
{
    public override MeshErrorCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("An error code is a string."));

    public override void Write(Utf8JsonWriter writer, MeshErrorCode value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
