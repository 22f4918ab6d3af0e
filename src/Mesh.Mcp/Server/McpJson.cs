using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Mesh.Mcp;

/// <summary>What the bridge itself reads and writes as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(TaskState))]
internal sealed partial class McpJson : JsonSerializerContext;
