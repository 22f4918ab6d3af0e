using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>A <see cref="TaskRunner"/> whose schemas come from types.</summary>
/// <typeparam name="TInput">The input: where its JSON is an object, that is the arguments; any other is their property <c>value</c>.</typeparam>
/// <typeparam name="TOutput">The output.</typeparam>
/// <example><code>
/// sealed class Counter() : TaskRunner&lt;string, int&gt;("nlp.count")
/// {
///     protected override ValueTask&lt;int&gt; AskAsync(AgentCallContext context, string input) => new(input.Length);
/// }
/// </code></example>
public abstract class TaskRunner<TInput, TOutput> : TaskRunner
{
    private readonly JsonTypeInfo<TInput> _input;
    private readonly JsonTypeInfo<TOutput> _output;
    private readonly bool _takesHostOptions;

    /// <summary>A task runner of its types. Without serializer options of its own it takes those of the host that it is started with.</summary>
    /// <param name="name">The name: 1 to 64 letters, digits, <c>_</c> and <c>-</c>, in segments divided by dots.</param>
    /// <param name="options">What it says of itself; null for the defaults.</param>
    /// <exception cref="MeshException">The name or an option is malformed, or a type cannot be described as JSON
    /// (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    protected TaskRunner(string name, AgentOptions? options = null)
        : this(name, options?.SerializerOptions is { } own ? MeshJson.Prepare(own) : HostJson.Reflective, options) =>
        _takesHostOptions = options?.SerializerOptions is null;

    /// <summary>A task runner with serializer metadata, safe for trimming and native code.</summary>
    /// <param name="name">The name.</param>
    /// <param name="input">The metadata of the input's type.</param>
    /// <param name="output">The metadata of the output's type.</param>
    /// <param name="options">What it says of itself; null for the defaults. Its serializer options are of no effect.</param>
    /// <exception cref="MeshException">As for the other constructor.</exception>
    protected TaskRunner(string name, JsonTypeInfo<TInput> input, JsonTypeInfo<TOutput> output, AgentOptions? options = null)
        : base(
            Typed(
                ContractOf(name, AgentShape.Responder, NoInput, options ?? AgentOptions.Default),
                input ?? throw new ArgumentNullException(nameof(input)),
                output ?? throw new ArgumentNullException(nameof(output))),
            options)
    {
        _input = input;
        _output = output;
    }

    private TaskRunner(string name, JsonSerializerOptions json, AgentOptions? options)
        : this(name, TypeOf<TInput>(json), TypeOf<TOutput>(json), options)
    {
    }

    /// <inheritdoc cref="TaskRunner.AskAsync"/>
    /// <param name="context">Who asks, the room, the toolkits.</param>
    /// <param name="input">The input.</param>
    protected abstract ValueTask<TOutput> AskAsync(AgentCallContext context, TInput input);

    /// <summary>Reads the input, and writes the output of the typed method.</summary>
    /// <param name="context">Who asks, the room, the toolkits.</param>
    /// <param name="arguments">The arguments.</param>
    protected sealed override async ValueTask<JsonElement?> AskAsync(AgentCallContext context, JsonElement arguments)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (input, output) = context.Json is { } json ? (TypeOf<TInput>(json), TypeOf<TOutput>(json)) : (_input, _output);
        return JsonSerializer.SerializeToElement(await AskAsync(context, AgentInput.Read(arguments, input, context.Call)).ConfigureAwait(false), output);
    }

    internal override Agent BoundTo(JsonSerializerOptions hostOptions)
    {
        if (!_takesHostOptions)
        {
            return this;
        }

        var contract = Typed(Contract, TypeOf<TInput>(hostOptions), TypeOf<TOutput>(hostOptions));
        return new FunctionAgent(contract, CodeOf(contract, hostOptions)) { Limits = Limits };
    }

    private static AgentContract Typed(AgentContract contract, JsonTypeInfo<TInput> input, JsonTypeInfo<TOutput> output) =>
        contract with { InputSchema = AgentInput.SchemaOf(input), OutputSchema = SchemaOf(output) };

    private static JsonTypeInfo<T> TypeOf<T>(JsonSerializerOptions json) => (JsonTypeInfo<T>)json.GetTypeInfo(typeof(T));
}
