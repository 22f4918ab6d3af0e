using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>The serialisation of Mesh's own data, without reflection: the room's toolkit, events, errors and messages.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(Participant))]
[JsonSerializable(typeof(IReadOnlyList<Participant>))]
[JsonSerializable(typeof(ParticipantLeft))]
[JsonSerializable(typeof(ToolkitChange))]
[JsonSerializable(typeof(AgentLeaseChange))]
[JsonSerializable(typeof(ServiceFailure))]
[JsonSerializable(typeof(ToolDefinition))]
[JsonSerializable(typeof(IReadOnlyList<ToolkitInfo>))]
[JsonSerializable(typeof(ToolkitInfo))]
[JsonSerializable(typeof(CallExplanation))]
[JsonSerializable(typeof(MeshError))]
[JsonSerializable(typeof(JournalEntry))]
[JsonSerializable(typeof(ViolationDetails))]
[JsonSerializable(typeof(ApprovalRecord))]
[JsonSerializable(typeof(NoArguments))]
[JsonSerializable(typeof(NoResult))]
[JsonSerializable(typeof(ListToolkitsArguments))]
[JsonSerializable(typeof(ExplainArguments))]
[JsonSerializable(typeof(SetAttributesArguments))]
[JsonSerializable(typeof(RegisterToolkitArguments))]
[JsonSerializable(typeof(RegisterToolkitResult))]
[JsonSerializable(typeof(UnregisterToolkitArguments))]
[JsonSerializable(typeof(RegisterAgentArguments))]
[JsonSerializable(typeof(UnregisterAgentArguments))]
[JsonSerializable(typeof(ReportAgentFailureArguments))]
[JsonSerializable(typeof(AgentFilter))]
[JsonSerializable(typeof(AgentContract))]
[JsonSerializable(typeof(IReadOnlyList<AgentInfo>))]
[JsonSerializable(typeof(InviteServiceArguments))]
[JsonSerializable(typeof(InviteServiceResult))]
[JsonSerializable(typeof(RemoveParticipantArguments))]
[JsonSerializable(typeof(SetGrantsArguments))]
internal sealed partial class MeshJsonContext : JsonSerializerContext;
