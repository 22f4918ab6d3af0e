using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// A result that must satisfy a schema, asked of a model: said to it in the options, looked for in its answer, asked for once more
/// where it is wrong. The call path checks what comes of it again, as every result: here it is only about mending in time.
/// </summary>
internal sealed class StructuredOutput
{
    private readonly CompiledSchema _schema;
    private readonly JsonElement _source;

    /// <exception cref="MeshException">The schema cannot be compiled (<see cref="MeshErrorCode.InvalidSchema"/>).</exception>
    /// <exception cref="ArgumentException">It has no value.</exception>
    public StructuredOutput(JsonElement schema)
    {
        _schema = CompiledSchema.Compile(schema);
        _source = schema.Clone();
    }

    /// <summary>Runs a turn, and one more where its answer does not satisfy the schema.</summary>
    /// <exception cref="ToolException">The second does not either (<see cref="MeshErrorCode.InvalidOutput"/>).</exception>
    public async ValueTask<JsonElement> RunAsync(
        ToolLoop loop, RoomFunctions functions, IList<ChatMessage> messages, ChatOptions options, CancellationToken cancellationToken)
    {
        options.ResponseFormat = ChatResponseFormat.ForJsonSchema(_source, "result");
        options.Instructions = $"{options.Instructions}\n\nAnswer with one JSON value, without any other text, that satisfies this JSON Schema:\n{_source.GetRawText()}".TrimStart();
        string? wrong = null;
        for (int attempt = 1; attempt <= 2; attempt++)
        {
            var response = await loop.RunAsync(functions, messages, options, cancellationToken).ConfigureAwait(false);
            wrong = Read(LastText(response), out var value);
            if (wrong is null)
            {
                return value;
            }

            if (attempt == 1)
            {
                messages.Add(new(ChatRole.User, $"That is not a valid result: {wrong}\nAnswer again, with nothing but one JSON value that satisfies the schema."));
            }
        }

        throw new ToolException(new MeshError(MeshErrorCode.InvalidOutput, $"The model gave no valid result: {wrong}")
        {
            Remedy = "Ask again, in other words, or take another model.",
            Retryable = true,
        });
    }

    /// <summary>The text of the last message that has any.</summary>
    public static string LastText(ChatResponse response) =>
        response.Messages.LastOrDefault(message => message.Role == ChatRole.Assistant && message.Text.Length > 0)?.Text ?? "";

    private string? Read(string text, out JsonElement value)
    {
        value = default;
        var json = Unfenced(text.AsSpan().Trim());
        if (json.IsEmpty)
        {
            return "the answer is empty.";
        }

        try
        {
            using var document = JsonDocument.Parse(json.ToString(), new JsonDocumentOptions { AllowDuplicateProperties = false });
            value = document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            return $"it is not JSON: {exception.Message}";
        }

        var violations = _schema.Validate(value);
        return violations.Count == 0 ? null : string.Join("; ", violations.Select(each => $"{(each.InstancePath.Length == 0 ? "the value" : each.InstancePath)}: {each.Message}"));
    }

    /// <summary>Models like to put JSON between fences, whatever they are told.</summary>
    private static ReadOnlySpan<char> Unfenced(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("```", StringComparison.Ordinal) || !text.EndsWith("```", StringComparison.Ordinal) || text.IndexOf('\n') is var line && line < 0)
        {
            return text;
        }

        return text[line..^3].Trim();
    }
}
