using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Mesh.Testing;

/// <summary>The JSON of cassettes: as readable as JSON can be, and the same on every system.</summary>
internal static class CassetteJson
{
    public static JsonSerializerOptions Options { get; } = NewOptions();

    public static JsonWriterOptions File { get; } = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An update on one line, without what is the provider's own.</summary>
    public static string Write(ChatResponseUpdate update, Func<string, string>? scrub)
    {
        var json = JsonSerializer.SerializeToNode(update, Options.GetTypeInfo(typeof(ChatResponseUpdate)))!;
        Clean(json, scrub);
        return json.ToJsonString(Options);
    }

    private static void Clean(JsonNode? node, Func<string, string>? scrub)
    {
        switch (node)
        {
            case JsonObject each:
                each.Remove("additionalProperties");
                foreach (var (name, value) in each.ToArray())
                {
                    if (value is null)
                    {
                        each.Remove(name);
                    }
                    else if (value.GetValueKind() == JsonValueKind.String && scrub is not null && name != "$type")
                    {
                        each[name] = scrub(value.GetValue<string>());
                    }
                    else
                    {
                        Clean(value, scrub);
                    }
                }

                break;
            case JsonArray all:
                for (int i = 0; i < all.Count; i++)
                {
                    if (all[i]?.GetValueKind() == JsonValueKind.String && scrub is not null)
                    {
                        all[i] = scrub(all[i]!.GetValue<string>());
                    }
                    else
                    {
                        Clean(all[i], scrub);
                    }
                }

                break;
        }
    }

    private static JsonSerializerOptions NewOptions()
    {
        var options = new JsonSerializerOptions(AIJsonUtilities.DefaultOptions) { WriteIndented = false, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        options.MakeReadOnly();
        return options;
    }
}
