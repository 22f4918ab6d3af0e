namespace Mesh;

/// <summary>
/// Every name that telemetry uses, and where it comes from.
/// </summary>
/// <remarks>
/// <para><c>gen_ai.*</c>: the OpenTelemetry semantic conventions for generative AI. They live in the repository
/// open-telemetry/semantic-conventions-genai (commit 004902b8, 2026; built on semantic conventions 1.42.0, in status
/// Development, not released yet): <c>docs/gen-ai/gen-ai-spans.md</c> and <c>gen-ai-metrics.md</c>. The names of spans
/// and of their attributes are the same as in semantic conventions 1.41.1, the last release that held them.</para>
/// <para><c>error.type</c> and its fallback <c>_OTHER</c>: semantic conventions 1.44.0, stable.</para>
/// <para><c>mesh.*</c>: our own, where the conventions have no name.</para>
/// <para>The conventions for MCP (<c>docs/gen-ai/mcp.md</c> there) want one span for a tool call where a span of
/// <c>execute_tool</c> is around it already: a client of MCP inside a tool adds its attributes to ours, which it knows by
/// its name's beginning.</para>
/// </remarks>
internal static class TelemetryNames
{
    // Operations: the first word of a span's name, and the value of gen_ai.operation.name or mesh.operation.name.
    public const string ExecuteTool = "execute_tool";
    public const string InvokeAgent = "invoke_agent";
    public const string HandleTool = "handle_tool";
    public const string Join = "room.join";
    public const string Leave = "room.leave";
    public const string Open = "room.open";
    public const string Retire = "room.retire";

    // Attributes of the conventions.
    public const string OperationName = "gen_ai.operation.name";
    public const string ToolName = "gen_ai.tool.name";
    public const string ToolType = "gen_ai.tool.type";
    public const string ToolDescription = "gen_ai.tool.description";
    public const string ToolCallId = "gen_ai.tool.call.id";
    public const string ToolCallArguments = "gen_ai.tool.call.arguments";
    public const string ToolCallResult = "gen_ai.tool.call.result";
    public const string AgentName = "gen_ai.agent.name";
    public const string AgentVersion = "gen_ai.agent.version";
    public const string AgentDescription = "gen_ai.agent.description";
    public const string ConversationId = "gen_ai.conversation.id";
    public const string ErrorType = "error.type";

    // Values of the conventions.
    public const string Function = "function";
    public const string Other = "_OTHER";

    // Attributes of our own.
    public const string RoomOperationName = "mesh.operation.name";
    public const string Room = "mesh.room.name";
    public const string Participant = "mesh.participant.name";
    public const string OnBehalfOf = "mesh.on_behalf_of.name";
    public const string ToolProvider = "mesh.tool.provider.name";
    public const string CallId = "mesh.call.id";
    public const string Attempt = "mesh.call.attempt";
    public const string Streaming = "mesh.call.streaming";
    public const string LeaveReason = "mesh.leave.reason";
    public const string FaultKind = "mesh.fault.kind";

    // Metrics.
    public const string ExecuteToolDuration = "gen_ai.execute_tool.duration";
    public const string InvokeAgentDuration = "gen_ai.invoke_agent.duration";
    public const string RoomOperationDuration = "mesh.room.operation.duration";
    public const string ActiveRooms = "mesh.active_rooms";
    public const string ActiveParticipants = "mesh.active_participants";
    public const string ActiveCalls = "mesh.active_calls";
    public const string DroppedEvents = "mesh.event.dropped";
    public const string Faults = "mesh.fault.count";
}
