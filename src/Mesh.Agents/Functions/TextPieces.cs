using System.Text;
using System.Text.Json;

namespace Mesh.Agents;

/// <summary>
/// Text that is streamed piece by piece: items that are strings of the media type <c>text/plain</c>. Whoever asks for one answer gets the array of
/// them, as of every stream; a model reads the text that they are, and not where it was cut.
/// </summary>
internal static class TextPieces
{
    /// <summary>The schema of one. A stream of strings without the media type is a list of them.</summary>
    public static JsonElement Schema { get; } = JsonElement.Parse("""{"type":"string","contentMediaType":"text/plain"}""");

    /// <summary>Whether the items of a tool's stream are such.</summary>
    public static bool AreItemsOf(ToolDefinition tool) =>
        tool.ChunkSchema is { ValueKind: JsonValueKind.Object } item && Says(item, "type", "string") && Says(item, "contentMediaType", "text/plain");

    /// <summary>The text of an array of them; null where it is none.</summary>
    public static string? Join(JsonPayload pieces)
    {
        if (pieces.IsEmpty || pieces.ToElement() is not { ValueKind: JsonValueKind.Array } array)
        {
            return null;
        }

        var text = new StringBuilder();
        foreach (var piece in array.EnumerateArray())
        {
            if (piece.ValueKind != JsonValueKind.String)
            {
                return null;
            }

            text.Append(piece.GetString());
        }

        return text.ToString();
    }

    private static bool Says(JsonElement schema, string keyword, string value) =>
        schema.TryGetProperty(keyword, out var said) && said.ValueKind == JsonValueKind.String && said.ValueEquals(value);
}
