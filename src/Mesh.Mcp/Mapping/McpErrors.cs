using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>Failures of calls as MCP tells them: text that a model can act on, and the same as data for programs.</summary>
internal static class McpErrors
{
    /// <summary>The result of a call that failed.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="partial">What the tool had sent before, or null.</param>
    public static CallToolResult ToResult(MeshError error, IEnumerable<ContentPart>? partial = null) => new()
    {
        IsError = true,
        Content = [.. (partial ?? []).Select(McpContentWriter.Write), new TextContentBlock { Text = ToText(error) }],
        Meta = new JsonObject { [MetaNames.Error] = ToNode(error) },
    };

    /// <summary>Code, message and remedy, and when to try again.</summary>
    public static string ToText(MeshError error)
    {
        string text = $"{error.Code}: {error}";
        return error switch
        {
            { RetryAfter: { } time } => $"{text} Try again after {time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s.",
            { Retryable: true } => $"{text} Trying again may help.",
            _ => text,
        };
    }

    /// <summary>The error of a failed result; from its data where another Mesh has sent it, else from its text.</summary>
    /// <param name="result">The result.</param>
    public static MeshError Read(CallToolResult result)
    {
        if (result.Meta?[MetaNames.Error] is JsonObject data && Text(data["code"]) is { Length: > 0 } code && Text(data["message"]) is { } message)
        {
            return new(new MeshErrorCode(code), message)
            {
                Remedy = Text(data["remedy"]),
                Retryable = data["retryable"] is JsonValue flag && flag.TryGetValue(out bool retryable) && retryable,
                RetryAfter = data["retryAfterMs"] is JsonValue number && number.TryGetValue(out double time) && time is >= 0 and < int.MaxValue
                    ? TimeSpan.FromMilliseconds(time)
                    : null,
                Details = data["details"] is JsonObject details ? JsonElement.Parse(details.ToJsonString()) : null,
            };
        }

        string text = string.Join('\n', result.Content.OfType<TextContentBlock>().Select(static block => block.Text));
        return new(MeshErrorCode.HandlerFailed, text.Length > 0 ? text : "The tool failed and does not say why.");
    }

    private static JsonObject ToNode(MeshError error)
    {
        var data = new JsonObject { ["code"] = error.Code.Value, ["message"] = error.Message };
        if (error.Remedy is { } remedy)
        {
            data["remedy"] = remedy;
        }

        if (error.Retryable)
        {
            data["retryable"] = true;
        }

        if (error.RetryAfter is { } time)
        {
            data["retryAfterMs"] = time.TotalMilliseconds;
        }

        if (error.Details is { } details)
        {
            data["details"] = JsonNode.Parse(details.GetRawText());
        }

        return data;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
