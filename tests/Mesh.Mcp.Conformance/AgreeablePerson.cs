using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Mcp.Conformance;

/// <summary>A person who says yes to every question, and fills in what has to be filled in and nothing else.</summary>
internal static class AgreeablePerson
{
    public static JsonElement Answer(string message, JsonElement form)
    {
        Console.WriteLine($"asked: {message}");
        var content = new JsonObject();
        var required = form.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(static name => name.GetString()!).ToArray() : [];
        foreach (var property in form.GetProperty("properties").EnumerateObject().Where(each => required.Contains(each.Name) && !each.Value.TryGetProperty("default", out _)))
        {
            content[property.Name] = property.Value.GetProperty("type").GetString() switch
            {
                "boolean" => true,
                "integer" or "number" => 1,
                _ => property.Value.TryGetProperty("enum", out var choices) ? choices[0].GetString() : "yes",
            };
        }

        return JsonSerializer.SerializeToElement(new JsonObject { ["action"] = "accept", ["content"] = content });
    }
}
