using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Mcp;

/// <summary>What a server asks a person in the middle of a call: MCP's elicitation.</summary>
/// <param name="Server">The name of the toolkit that the server is here.</param>
/// <param name="Tool">The tool that is called.</param>
/// <param name="Message">The question, for a person to read. It is the server's text: say whose it is.</param>
/// <param name="Schema">The JSON Schema of the answer, an object of plain values; null for a question that only wants a yes.</param>
/// <param name="Call">The call: who makes it, for whom, and the room.</param>
public sealed record McpQuestion(string Server, string Tool, string Message, JsonElement? Schema, CallContext Call)
{
    /// <summary>The question with the name of the tool that asks it, so that nobody takes it for one of the room's.</summary>
    public string Text => $"'{Server}/{Tool}' asks: {Message}";
}

/// <summary>What a person did with a question.</summary>
public enum McpAnswerAction
{
    /// <summary>It was answered, or agreed to.</summary>
    Accept,

    /// <summary>The person said no.</summary>
    Decline,

    /// <summary>The person did not say anything, or there was nobody to ask.</summary>
    Cancel,
}

/// <summary>The answer to a question.</summary>
/// <param name="Action">What the person did.</param>
/// <param name="Content">The answer, an object that satisfies the question's schema; null for none.</param>
public sealed record McpAnswer(McpAnswerAction Action, JsonElement? Content = null)
{
    /// <summary>No answer.</summary>
    public static McpAnswer Cancelled { get; } = new(McpAnswerAction.Cancel);

    /// <summary>A no.</summary>
    public static McpAnswer Declined { get; } = new(McpAnswerAction.Decline);

    /// <summary>A yes, with what was asked for.</summary>
    /// <param name="content">The answer, an object; null for a plain yes.</param>
    public static McpAnswer Accepted(JsonElement? content = null) => new(McpAnswerAction.Accept, content);
}

/// <summary>Answers questions of servers. Called within the call in question, so that what it calls belongs to its tree.</summary>
/// <param name="question">The question.</param>
/// <param name="cancellationToken">Cancelled when the answer is no longer wanted.</param>
public delegate ValueTask<McpAnswer> McpQuestionHandler(McpQuestion question, CancellationToken cancellationToken);

/// <summary>Ready handlers for the questions of servers.</summary>
public static class McpQuestions
{
    /// <summary>
    /// Asks the person for whom the call is made: through the tool <c>user/ask_user</c>, as <see cref="Through"/> says; where there is
    /// none, and the question wants no more than a yes, through whoever approves calls for that person.
    /// </summary>
    public static McpQuestionHandler AskUser { get; } = static async (question, cancellationToken) =>
        await AskAsync("user/ask_user", question, cancellationToken).ConfigureAwait(false)
        ?? (Agreement.IsEnoughFor(question) ? await Agreement.AskAsync(question, cancellationToken).ConfigureAwait(false) : McpAnswer.Cancelled);

    /// <summary>Tells every server that nobody answers.</summary>
    public static McpQuestionHandler Nobody { get; } = static (_, _) => new(McpAnswer.Cancelled);

    /// <summary>
    /// Asks through a tool of the room, called within the call in question: a private toolkit of the person who started it is
    /// found there. It is given <c>{"message": "…", "form": {…}}</c>: the question, with the name of the tool that asks it, and
    /// the JSON Schema of the answer; and answers <c>{"action": "accept", "content": {…}}</c>, with <c>decline</c> and <c>cancel</c>
    /// for the rest. Any other JSON object counts as an accepted answer, and a single value as that of the schema's only
    /// property. Where there is no such tool, or it fails, the question has no answer.
    /// </summary>
    /// <param name="tool">The tool's address.</param>
    public static McpQuestionHandler Through(ToolAddress tool) => async (question, cancellationToken) =>
        await AskAsync(tool, question, cancellationToken).ConfigureAwait(false) ?? McpAnswer.Cancelled;

    /// <summary>The answer of a tool; null where there is no such tool for the caller.</summary>
    private static async ValueTask<McpAnswer?> AskAsync(ToolAddress tool, McpQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        var arguments = new JsonObject
        {
            ["message"] = question.Text,
            ["form"] = question.Schema is { } schema ? JsonObject.Create(schema) : new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() },
        };
        var outcome = await question.Call.Room.Toolkits.TryInvokeAsync(
            tool, JsonPayload.FromElement(JsonElement.Parse(arguments.ToJsonString())), cancellationToken: cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return outcome.IsResult ? Read(outcome.Response, question.Schema)
            : outcome.Error.Code == MeshErrorCode.NotFound || outcome.Error.Code == MeshErrorCode.NotGranted || outcome.Error.Code == MeshErrorCode.Unavailable ? null
            : McpAnswer.Cancelled;
    }

    private static McpAnswer Read(ToolResponse response, JsonElement? schema) => response switch
    {
        JsonResponse json => Read(json.Value.ToElement(), schema),
        TextResponse text => Value(JsonElement.Parse(JsonValue.Create(text.Text).ToJsonString()), schema),
        _ => McpAnswer.Cancelled,
    };

    private static McpAnswer Read(JsonElement answer, JsonElement? schema)
    {
        if (answer.ValueKind != JsonValueKind.Object)
        {
            return Value(answer, schema);
        }

        if (!answer.TryGetProperty("action", out var action) || action.ValueKind != JsonValueKind.String || !Expects(schema, answer))
        {
            return McpAnswer.Accepted(answer);
        }

        JsonElement? content = answer.TryGetProperty("content", out var given) && given.ValueKind == JsonValueKind.Object ? given : null;
        return action.ValueEquals("accept"u8) ? McpAnswer.Accepted(content) : action.ValueEquals("decline"u8) ? McpAnswer.Declined : McpAnswer.Cancelled;
    }

    /// <summary>Whether <c>action</c> is the form's own word and no property that was asked for.</summary>
    private static bool Expects(JsonElement? schema, JsonElement answer) =>
        answer.TryGetProperty("content", out _) || schema is not { } asked || !asked.TryGetProperty("properties", out var properties) || !properties.TryGetProperty("action", out _);

    private static McpAnswer Value(JsonElement value, JsonElement? schema)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.Array)
        {
            return McpAnswer.Cancelled;
        }

        if (schema is { } asked && asked.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            && properties.EnumerateObject().ToArray() is [var only])
        {
            return McpAnswer.Accepted(JsonElement.Parse(new JsonObject { [only.Name] = JsonNode.Parse(value.GetRawText()) }.ToJsonString()));
        }

        // Without a form a plain yes or no is all that can be meant.
        return value.ValueKind == JsonValueKind.False ? McpAnswer.Declined : value.ValueKind == JsonValueKind.True ? McpAnswer.Accepted() : McpAnswer.Cancelled;
    }
}
