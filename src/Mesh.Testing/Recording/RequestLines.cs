using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Testing;

/// <summary>What a model is asked, as lines that people read and that are compared.</summary>
internal static class RequestLines
{
    public static IReadOnlyList<string> Of(IReadOnlyList<ChatMessage> messages, ChatOptions? options, Func<string, string>? scrub)
    {
        var lines = new List<string>();
        if (options is not null)
        {
            Add("model", options.ModelId);
            Add("temperature", options.Temperature);
            Add("top p", options.TopP);
            Add("top k", options.TopK);
            Add("frequency penalty", options.FrequencyPenalty);
            Add("presence penalty", options.PresencePenalty);
            Add("seed", options.Seed);
            Add("most output tokens", options.MaxOutputTokens);
            Add("stop", options.StopSequences is { Count: > 0 } stop ? string.Join(" | ", stop) : null);
            Add("several calls at once", options.AllowMultipleToolCalls);
            Add("tool mode", options.ToolMode switch
            {
                null => null,
                RequiredChatToolMode required => $"required {required.RequiredFunctionName}".TrimEnd(),
                NoneChatToolMode => "none",
                _ => "auto",
            });
            Add("answer", options.ResponseFormat switch
            {
                null => null,
                ChatResponseFormatJson json => $"JSON {json.SchemaName} {json.Schema}".TrimEnd(),
                _ => "text",
            });
            Add("instructions", options.Instructions);
            foreach (var tool in options.Tools ?? [])
            {
                Add("tool", tool is AIFunctionDeclaration function ? $"{tool.Name} {Compact(function.JsonSchema)} {tool.Description}".TrimEnd() : $"{tool.Name} ({tool.GetType().Name})");
            }
        }

        foreach (var message in messages)
        {
            foreach (var content in message.Contents)
            {
                if (Describe(content) is { } text)
                {
                    Add(message.Role.Value, text);
                }
            }
        }

        return lines;

        void Add(string name, object? value)
        {
            if (value is null)
            {
                return;
            }

            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            bool isFirst = true;
            foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
            {
                string whole = isFirst ? $"{name}: {line}" : $"  {line}";
                lines.Add(scrub is null ? whole : scrub(whole));
                isFirst = false;
            }
        }
    }

    /// <summary>Null for what is no part of what is asked.</summary>
    private static string? Describe(AIContent content) => content switch
    {
        TextContent text => text.Text,
        TextReasoningContent reasoning => $"(thinks) {reasoning.Text}",
        FunctionCallContent call => $"calls {call.Name}({Arguments(call)}) [{call.CallId}]",
        FunctionResultContent result => $"result of [{result.CallId}]: {Value(result.Result)}",
        DataContent data => string.Create(
            CultureInfo.InvariantCulture, $"({data.MediaType}, {data.Data.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(data.Data.Span))})"),
        UriContent uri => $"({uri.MediaType}, {uri.Uri})",
        UsageContent => null,
        _ => $"({content.GetType().Name})",
    };

    private static string Arguments(FunctionCallContent call) =>
        call.Arguments is null ? "" : string.Join(", ", call.Arguments.Select(each => $"{each.Key}: {Value(each.Value)}"));

    private static string Value(object? value) => value switch
    {
        null => "null",
        string text => text,
        JsonElement { ValueKind: not JsonValueKind.Undefined } element => Compact(element),
        IEnumerable<AIContent> parts => string.Join(' ', parts.Select(Describe)),
        AIContent part => Describe(part) ?? "",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json, CassetteJson.Options.GetTypeInfo(typeof(JsonElement)));
}
