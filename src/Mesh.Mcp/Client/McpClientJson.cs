using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using McpTool = ModelContextProtocol.Protocol.Tool;

namespace Mesh.Mcp;

/// <summary>The SDK's own serializer metadata, as far as the client's side needs it.</summary>
internal static class McpClientJson
{
    public static JsonTypeInfo<JsonRpcMessage> Message { get; } = Of<JsonRpcMessage>();

    public static JsonTypeInfo<CallToolResult> CallToolResult { get; } = Of<CallToolResult>();

    public static JsonTypeInfo<McpTool> Tool { get; } = Of<McpTool>();

    public static JsonTypeInfo<ReadResourceResult> ReadResourceResult { get; } = Of<ReadResourceResult>();

    public static JsonTypeInfo<GetPromptResult> GetPromptResult { get; } = Of<GetPromptResult>();

    public static JsonTypeInfo<ElicitRequestParams> ElicitRequestParams { get; } = Of<ElicitRequestParams>();

    public static JsonTypeInfo<JsonElement> Element { get; } = Of<JsonElement>();

    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(T));

    /// <exception cref="JsonException">It is not of that type.</exception>
    public static T Read<T>(JsonNode? node, JsonTypeInfo<T> type) =>
        node.Deserialize(type) ?? throw new JsonException($"A {typeof(T).Name} was expected, and null came.");
}
