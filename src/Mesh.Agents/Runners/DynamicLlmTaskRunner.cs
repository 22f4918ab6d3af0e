using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// An agent of a model whose caller says what the result is to look like: its arguments are <c>prompt</c>, a text, and
/// <c>outputSchema</c>, a JSON Schema (draft 2020-12). The result satisfies it, or the call ends with <see cref="MeshErrorCode.InvalidOutput"/>,
/// after the model was asked once more.
/// </summary>
/// <example><code>
/// var city = await bob.Agents.AskAsync&lt;City&gt;("extract", new { prompt = text, outputSchema = schema });
/// </code></example>
public class DynamicLlmTaskRunner : LlmTaskRunner
{
    private static readonly JsonElement InputSchema = JsonElement.Parse("""
        {
          "type": "object",
          "properties": {
            "prompt": { "type": "string", "description": "What is asked for, in words." },
            "outputSchema": { "type": "object", "description": "The JSON Schema (draft 2020-12) that the result must satisfy." }
          },
          "required": ["prompt", "outputSchema"],
          "additionalProperties": false
        }
        """);

    /// <summary>An agent of a model.</summary>
    /// <param name="name">The name: 1 to 64 letters, digits, <c>_</c> and <c>-</c>, in segments divided by dots.</param>
    /// <param name="model">The model; it stays its owner's.</param>
    /// <param name="options">What the agent says of itself; null for the defaults.</param>
    /// <param name="loop">Limits of a turn; null for the defaults.</param>
    /// <exception cref="MeshException">The name or an option is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public DynamicLlmTaskRunner(string name, IChatClient model, AgentOptions? options = null, ToolLoopOptions? loop = null)
        : base(name, model, options, loop, InputSchema)
    {
    }

    /// <summary>By default the argument <c>prompt</c>.</summary>
    /// <inheritdoc/>
    protected override ValueTask<IReadOnlyList<ChatMessage>> CreateMessagesAsync(AgentCallContext context, JsonElement arguments) =>
        new([new ChatMessage(ChatRole.User, arguments.GetProperty("prompt").GetString())]);

    /// <inheritdoc/>
    protected sealed override async ValueTask<JsonElement?> AskAsync(AgentCallContext context, JsonElement arguments)
    {
        ArgumentNullException.ThrowIfNull(context);
        StructuredOutput output;
        try
        {
            output = new(arguments.GetProperty("outputSchema"));
        }
        catch (MeshException exception)
        {
            throw new ToolException(exception.Error with { Message = $"Argument /outputSchema: {exception.Error.Message}" }, exception);
        }

        return await AnswerAsync(context, arguments, output).ConfigureAwait(false);
    }
}
