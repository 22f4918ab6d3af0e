using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>A <see cref="QueueWorker"/> whose messages are read as a type.</summary>
/// <typeparam name="TMessage">What the body of a message is. One that does not satisfy the type's schema fails with the reason.</typeparam>
/// <example><code>
/// sealed class Painter() : QueueWorker&lt;Job&gt;("painter", "jobs")
/// {
///     protected override async ValueTask ProcessAsync(AgentCallContext context, QueueMessage message, Job job) => await PaintAsync(job);
/// }
/// </code></example>
public abstract class QueueWorker<TMessage> : QueueWorker
{
    private readonly JsonTypeInfo<TMessage> _type;
    private readonly JsonElement _schema;
    private readonly bool _takesHostOptions;

    /// <summary>A worker for messages of its type. Without serializer options of its own it takes those of the host that it is started with.</summary>
    /// <param name="name">The name: 1 to 64 letters, digits, <c>_</c> and <c>-</c>, in segments divided by dots.</param>
    /// <param name="queue">The queue; nothing need have been sent to it yet.</param>
    /// <param name="options">What it says of itself; null for the defaults.</param>
    /// <exception cref="MeshException">The name or an option is malformed, or the type cannot be described as JSON
    /// (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    protected QueueWorker(string name, string queue, AgentOptions? options = null)
        : this(name, queue, TypeOf(options?.SerializerOptions is { } own ? MeshJson.Prepare(own) : HostJson.Reflective), options) =>
        _takesHostOptions = options?.SerializerOptions is null;

    /// <summary>A worker with serializer metadata, safe for trimming and native code.</summary>
    /// <param name="name">The name.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="type">The metadata of the messages' type.</param>
    /// <param name="options">What it says of itself; null for the defaults. Its serializer options are of no effect.</param>
    /// <exception cref="MeshException">As for the other constructor.</exception>
    protected QueueWorker(string name, string queue, JsonTypeInfo<TMessage> type, AgentOptions? options = null)
        : base(name, queue, null, options)
    {
        ArgumentNullException.ThrowIfNull(type);
        _type = type;
        _schema = SchemaOf(type);
    }

    /// <summary>Deals with one message. Returning acknowledges it; throwing gives it back.</summary>
    /// <param name="context">The call, the room, the toolkits; see <see cref="QueueWorker.ProcessAsync"/> for its token.</param>
    /// <param name="message">The message: its id, sender, headers, and how often it was handed out.</param>
    /// <param name="body">Its body.</param>
    /// <inheritdoc cref="QueueWorker.ProcessAsync" path="/exception"/>
    protected abstract ValueTask ProcessAsync(AgentCallContext context, QueueMessage message, TMessage body);

    /// <summary>Reads the body for the typed method.</summary>
    /// <param name="context">The call, the room, the toolkits.</param>
    /// <param name="message">The message.</param>
    protected sealed override ValueTask ProcessAsync(AgentCallContext context, QueueMessage message)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(message);
        return HandleAsync(context, message, message.Body.ToElement());
    }

    internal sealed override ValueTask HandleAsync(AgentCallContext context, QueueMessage message, JsonElement body)
    {
        var type = context.Json is { } json && _takesHostOptions ? TypeOf(json) : _type;
        return ProcessAsync(context, message, ArgumentBinder.Bind(body, type, $"/{QueueWork.Body}", context.Call)!);
    }

    private protected sealed override bool AssertsFormats => true;

    private protected sealed override JsonElement? SchemaOfMessage(JsonSerializerOptions? hostOptions) =>
        hostOptions is not null && _takesHostOptions ? SchemaOf(TypeOf(hostOptions)) : _schema;

    private static JsonElement SchemaOf(JsonTypeInfo<TMessage> type) => TypeSchemaWriter.Write(TypeShapeReader.Read(type), forInput: true);

    private static JsonTypeInfo<TMessage> TypeOf(JsonSerializerOptions json) => (JsonTypeInfo<TMessage>)json.GetTypeInfo(typeof(TMessage));
}
