using System.Text.Json;

namespace Mesh;

/// <summary>
/// An agent that is a class: it wraps any existing code, or framework, behind a name, schemas and
/// <see cref="AskAsync"/>. The call path checks arguments and results against the schemas; it has nothing to validate itself.
/// </summary>
/// <example><code>
/// sealed class Counter() : TaskRunner("nlp.count", JsonElement.Parse("""{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}"""))
/// {
///     protected override ValueTask&lt;JsonElement?&gt; AskAsync(AgentCallContext context, JsonElement arguments) =>
///         new(JsonElement.Parse($"{arguments.GetProperty("text").GetString()!.Length}"));
/// }
/// </code></example>
public abstract class TaskRunner : SingleRoomAgent
{
    /// <summary>A task runner of its schemas.</summary>
    /// <param name="name">The name: 1 to 64 letters, digits, <c>_</c> and <c>-</c>, in segments divided by dots.</param>
    /// <param name="inputSchema">The JSON Schema (draft 2020-12) of the arguments, which are an object; null for no arguments.</param>
    /// <param name="outputSchema">The JSON Schema of the result; null for any result, or none.</param>
    /// <param name="options">What it says of itself; null for the defaults. Its serializer options are of no effect.</param>
    /// <exception cref="MeshException">The name or an option is malformed, or the input schema is for something else than an object
    /// (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    protected TaskRunner(string name, JsonElement? inputSchema = null, JsonElement? outputSchema = null, AgentOptions? options = null)
        : this(
            ContractOf(name, inputSchema is null ? AgentShape.Trigger : AgentShape.Responder, inputSchema is { } input ? ArgumentsOf(name, input) : NoInput, options ?? AgentOptions.Default) with
            {
                OutputSchema = outputSchema,
                AssertsFormats = inputSchema is null && outputSchema is null,
            },
            options)
    {
    }

    private protected TaskRunner(AgentContract contract, AgentOptions? options)
        : base(contract, options)
    {
    }

    /// <summary>
    /// The JSON Schema of the items that it streams with <see cref="CallContext.WriteChunkAsync(ContentPart)"/>, which makes it a
    /// streamer; null, the default, for one that does not stream. One that streams returns no result, so that who asks it for one
    /// gets its items as an array.
    /// </summary>
    public JsonElement? ChunkSchema
    {
        get => Contract.ChunkSchema;
        init => Contract = Contract with { ChunkSchema = value, Shape = value is null ? Contract.Shape : AgentShape.Streamer };
    }

    /// <summary>
    /// Whether callers may give private toolkits of their own with a request (<see cref="CallOptions.Toolkits"/>). False by
    /// default: such a request is refused with <see cref="MeshErrorCode.ToolsNotSupported"/>.
    /// </summary>
    public bool SupportsTools
    {
        get => Contract.SupportsTools;
        init => Contract = Contract with { SupportsTools = value };
    }

    /// <summary>Serves one request. It is called from many threads at once.</summary>
    /// <param name="context">Who asks, the room, the toolkits.</param>
    /// <param name="arguments">The arguments, an object that satisfies the input schema. They may be gone when the call is over: keep a clone.</param>
    /// <returns>The result, which is checked against the output schema; null for none.</returns>
    /// <exception cref="ToolException">A failure whose message the caller shall read. The text of any other exception
    /// stays with the agent's host.</exception>
    protected abstract ValueTask<JsonElement?> AskAsync(AgentCallContext context, JsonElement arguments);

    private protected sealed override async ValueTask<ToolResponse> ServeAsync(JsonElement arguments, CallContext call, JsonSerializerOptions? json) =>
        await AskAsync(new AgentCallContext(this, call, json), arguments).ConfigureAwait(false) is { ValueKind: not JsonValueKind.Undefined } result
            ? new JsonResponse(result)
            : EmptyResponse.Instance;

    /// <exception cref="MeshException">The schema says that it is for something else than an object.</exception>
    private static JsonElement ArgumentsOf(string name, JsonElement schema)
    {
        bool isForOther = schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type) && type.ValueKind switch
        {
            JsonValueKind.String => !type.ValueEquals("object"),
            JsonValueKind.Array => !type.EnumerateArray().Any(each => each.ValueKind == JsonValueKind.String && each.ValueEquals("object")),
            _ => false,
        };
        return !isForOther ? schema : throw new MeshException(new MeshError(
            MeshErrorCode.InvalidDefinition, $"Agent '{name}': the arguments of a call are an object, and its input schema is for {schema.GetProperty("type").GetRawText()}.")
        {
            Remedy = "Describe an object with a property for it, such as 'value'.",
        });
    }

    /// <summary>It is asked, and has no work in the background.</summary>
    /// <param name="cancellationToken">Not used.</param>
    protected sealed override Task RunAsync(CancellationToken cancellationToken) => base.RunAsync(cancellationToken);
}
