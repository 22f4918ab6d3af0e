using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// An agent that a model answers for: it is asked like every other agent, and may use its own toolkits, those that it requires, and, where it
/// <see cref="TaskRunner.SupportsTools"/>, those of its caller. Use it as it is, or derive from it for another prompt.
/// </summary>
/// <remarks>
/// With an output schema the model's answer is read as JSON and checked; one that is wrong is asked for once more with what is wrong, and
/// after that the call ends with <see cref="MeshErrorCode.InvalidOutput"/>. Without one the result is text. Where it
/// <see cref="StreamsText"/>, that comes in pieces.
/// </remarks>
/// <example><code>
/// await using var agent = new LlmTaskRunner("guide", model)
/// {
///     Rules = ["Answer in one sentence."],
///     Requires = [Requirement.Toolkit("weather")],
/// };
/// await agent.StartAsync(room);
/// string answer = await bob.Agents.AskAsync&lt;string&gt;("guide", new { prompt = "Do I need an umbrella in Oslo?" });
/// </code></example>
public class LlmTaskRunner : TaskRunner
{
    private static readonly JsonElement PromptSchema = JsonElement.Parse(
        """{"type":"object","properties":{"prompt":{"type":"string","description":"What is asked for, in words."}},"required":["prompt"],"additionalProperties":false}""");

    private static readonly JsonElement TextSchema = JsonElement.Parse("""{"type":"string"}""");

    private readonly ToolLoop _loop;
    private readonly StructuredOutput? _output;

    /// <summary>An agent of a model.</summary>
    /// <param name="name">The name: 1 to 64 letters, digits, <c>_</c> and <c>-</c>, in segments divided by dots.</param>
    /// <param name="model">The model; it stays its owner's.</param>
    /// <param name="inputSchema">The JSON Schema of the arguments; null for one text, <c>prompt</c>.</param>
    /// <param name="outputSchema">The JSON Schema of the result; null for text.</param>
    /// <param name="options">What the agent says of itself; null for the defaults.</param>
    /// <param name="loop">Limits of a turn; null for the defaults.</param>
    /// <param name="streamsText">Whether the text is streamed as the model writes it: who streams gets its pieces, and who asks for one
    /// answer gets the array of them; a model that has the agent as a tool reads their text. It is of no effect with an output schema.</param>
    /// <exception cref="MeshException">The name or an option is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>), or the output schema cannot be
    /// compiled (<see cref="MeshErrorCode.InvalidSchema"/>).</exception>
    public LlmTaskRunner(
        string name,
        IChatClient model,
        JsonElement? inputSchema = null,
        JsonElement? outputSchema = null,
        AgentOptions? options = null,
        ToolLoopOptions? loop = null,
        bool streamsText = false)
        : base(name, inputSchema ?? PromptSchema, outputSchema ?? (streamsText ? null : TextSchema), options)
    {
        _loop = new(model, loop);
        _output = outputSchema is { } schema ? new(schema) : null;
        StreamsText = streamsText && _output is null;
        ChunkSchema = StreamsText ? TextPieces.Schema : null;
    }

    private protected LlmTaskRunner(string name, IChatClient model, AgentOptions? options, ToolLoopOptions? loop, JsonElement inputSchema)
        : base(name, inputSchema, null, options) => _loop = new(model, loop);

    /// <summary>What the model is told at the beginning, one rule each; none by default. The rules of the toolkits that it may use follow.</summary>
    public IReadOnlyList<string> Rules { get; init => field = [.. value ?? []]; } = [];

    /// <summary>Options for the model, such as its name or temperature; null, the default, for none. They are copied for each call.</summary>
    public ChatOptions? ChatOptions { get; init; }

    /// <summary>Whether the text is streamed as the model writes it.</summary>
    public bool StreamsText { get; }

    /// <summary>The turn's engine.</summary>
    protected ToolLoop Loop => _loop;

    /// <summary>What the model is asked. By default: the argument <c>prompt</c> where that is the only one, else the JSON of the arguments.</summary>
    /// <param name="context">The call.</param>
    /// <param name="arguments">The arguments, which satisfy the input schema.</param>
    protected virtual ValueTask<IReadOnlyList<ChatMessage>> CreateMessagesAsync(AgentCallContext context, JsonElement arguments)
    {
        string text = arguments.ValueKind == JsonValueKind.Object && arguments.GetPropertyCount() == 1
            && arguments.TryGetProperty("prompt", out var prompt) && prompt.ValueKind == JsonValueKind.String
                ? prompt.GetString()!
                : arguments.GetRawText();
        return new([new ChatMessage(ChatRole.User, text)]);
    }

    /// <summary>What the model may use. By default: what the agent may use in the call.</summary>
    /// <param name="context">The call.</param>
    protected virtual ValueTask<RoomFunctions> GetFunctionsAsync(AgentCallContext context) => RoomFunctions.OfAsync(context);

    /// <inheritdoc/>
    protected override async ValueTask<JsonElement?> AskAsync(AgentCallContext context, JsonElement arguments)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await AnswerAsync(context, arguments, _output).ConfigureAwait(false);
    }

    private protected ValueTask<JsonElement?> AnswerAsync(AgentCallContext context, JsonElement arguments, StructuredOutput? output) => OwnFailures.TellAsync(async () =>
    {
        var functions = await GetFunctionsAsync(context).ConfigureAwait(false);
        var messages = LlmPrompt.Share(context, await CreateMessagesAsync(context, arguments).ConfigureAwait(false), Rules);
        var options = LlmPrompt.OptionsOf(ChatOptions, Rules);
        if (output is not null)
        {
            return await output.RunAsync(_loop, functions, messages, options, context.CancellationToken).ConfigureAwait(false);
        }

        if (StreamsText)
        {
            await StreamAsync(context, functions, messages, options).ConfigureAwait(false);
            return (JsonElement?)null;
        }

        var response = await _loop.RunAsync(functions, messages, options, context.CancellationToken).ConfigureAwait(false);
        return LlmPrompt.TextOf(response);
    });

    private async Task StreamAsync(AgentCallContext context, RoomFunctions functions, IList<ChatMessage> messages, ChatOptions options)
    {
        var pieces = new WholeCharacters();
        await foreach (var update in _loop.StreamAsync(functions, messages, options, context.CancellationToken).ConfigureAwait(false))
        {
            foreach (var content in update.Contents)
            {
                if (content is TextContent { Text.Length: > 0 } text && pieces.Next(text.Text) is { Length: > 0 } piece)
                {
                    await context.Call.WriteChunkAsync(LlmPrompt.PartOf(piece)).ConfigureAwait(false);
                }
                else if (content is ToolProgressContent { Value: { } value } progress)
                {
                    await context.Call.ReportProgressAsync(value, progress.Total, progress.Message).ConfigureAwait(false);
                }
            }
        }
    }
}
