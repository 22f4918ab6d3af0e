using System.Text.Json;

namespace Mesh;

/// <summary>The hashes that contracts, approvals and idempotency keys are bound to.</summary>
internal static class ToolHashes
{
    /// <summary>What callers rely on: without titles, descriptions, rules, pictures, metadata and what may be journaled, with the effects that a tool admits to.</summary>
    public static string Contract(ToolDefinition tool) => ContractHash.OfContract(Json(tool with
    {
        Rules = null,
        ThumbnailUrl = null,
        MaxJournalCapture = null,
        Metadata = null,
    }));

    public static string Definition(ToolDefinition tool) => ContractHash.Of(Json(tool));

    /// <summary>No arguments and an empty object are the same.</summary>
    public static string Arguments(JsonElement arguments) => ContractHash.Of(arguments);

    private static JsonElement Json(ToolDefinition tool) => JsonSerializer.SerializeToElement(tool, MeshJsonContext.Default.ToolDefinition);
}
