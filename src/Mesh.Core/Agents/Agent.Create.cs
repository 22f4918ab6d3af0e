using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Mesh;

public abstract partial class Agent
{
    /// <summary>
    /// An agent of a function: any lambda or method group. One parameter is the input; several are an input that is an
    /// object of their names in camelCase. <see cref="System.Threading.CancellationToken"/>, <see cref="RoomClient"/> (the
    /// room as the agent's provider sees it), <see cref="CallContext"/> and what is marked <see cref="FromHostAttribute"/>
    /// are no input; one parameter may be an <see cref="IAsyncEnumerable{T}"/>, which is the caller's input stream. The
    /// output may be a <see cref="ToolResponse"/> or any describable value, or a <see cref="Task"/>,
    /// <see cref="ValueTask"/> or <see cref="IAsyncEnumerable{T}"/> of one. What it takes and gives decides the agent's
    /// <see cref="AgentShape"/>.
    /// </summary>
    /// <remarks>
    /// An input whose JSON is an object (a record, a dictionary, a polymorphic union) is the arguments of the call; any
    /// other is their property <c>value</c>. Null is no input: it stands for the input only where that is no object.
    /// </remarks>
    /// <param name="name">The name: 1 to 64 letters, digits, <c>_</c> and <c>-</c>, in segments divided by dots.</param>
    /// <param name="handler">The function. It is called from many threads at once; that of a publisher or watcher once for
    /// each registration.</param>
    /// <param name="options">What the signature does not tell; null for the defaults.</param>
    /// <exception cref="MeshException">The name or an option is malformed, the input or the output cannot be described as
    /// JSON, or the function of a publisher or watcher asks for a <see cref="CallContext"/>; the message names it and the
    /// reason (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static Agent Create(string name, Delegate handler, AgentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Names.CheckAgent(name);
        if (handler.GetInvocationList().Length > 1)
        {
            throw new ArgumentException($"Agent '{name}': a handler must be a single method.", nameof(handler));
        }

        return FromMethod(name, handler.Method, handler.Target, options ?? AgentOptions.Default);
    }

    /// <summary>The agents that the methods of an object are which are marked <see cref="AgentAttribute"/>.</summary>
    /// <param name="instance">The object. Its methods are called from many threads at once; disposing it is up to its owner.</param>
    /// <typeparam name="T">The class whose methods are looked at, with those that it inherits.</typeparam>
    /// <returns>The agents, at least one, in the order of their declaration.</returns>
    /// <exception cref="MeshException">No method is marked, or a method cannot be described
    /// (<see cref="MeshErrorCode.InvalidDefinition"/>), or two have the same name (<see cref="MeshErrorCode.NameTaken"/>).</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static IReadOnlyList<Agent> FromObject<[DynamicallyAccessedMembers(MarkedMethods.Looked)] T>(T instance)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(instance);
        var agents = new Dictionary<string, Agent>(StringComparer.Ordinal);
        foreach (var (method, mark) in MarkedMethods.Of<T, AgentAttribute>())
        {
            string name = mark.Name ?? MarkedMethods.NameOf(method);
            Names.CheckAgent(name);
            if (!agents.TryAdd(name, FromMethod(name, method, method.IsStatic ? null : instance, mark.ToOptions(name))))
            {
                throw new MeshException(new MeshError(MeshErrorCode.NameTaken, $"'{typeof(T).Name}' has two agents named '{name}'.")
                {
                    Remedy = "Give one of them another name.",
                });
            }
        }

        return agents.Count > 0 ? [.. agents.Values] : throw new MeshException(new MeshError(
            MeshErrorCode.InvalidDefinition, $"'{typeof(T).Name}' has no method that is marked [Agent].")
        {
            Remedy = "Mark at least one.",
        });
    }

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    private static FunctionAgent FromMethod(string name, MethodInfo method, object? target, AgentOptions options)
    {
        options = options.Description is null
            ? options with { Description = method.GetCustomAttribute<DescriptionAttribute>()?.Description }
            : options;
        return Bind(options.SerializerOptions is { } own ? MeshJson.Prepare(own) : HostJson.Reflective, canRebind: options.SerializerOptions is null);

        FunctionAgent Bind(JsonSerializerOptions json, bool canRebind)
        {
            var bound = new ToolMethod($"Agent '{name}'", method, target, json, AgentInput.Bind);
            var contract = ContractOf(name, bound, options);
            if (contract.RunsInBackground && bound.Parameters.Any(parameter => parameter is ContextParameter))
            {
                throw new MeshException(new MeshError(
                    MeshErrorCode.InvalidDefinition, $"Agent '{name}' runs in the background, as its signature says, and has no call whose CallContext it could be given.")
                {
                    Remedy = "Take a RoomClient and a CancellationToken, or give the function an input, which makes it one that is asked.",
                });
            }

            return new(
                contract,
                new MethodTool(contract.ToTool(), bound, options.RunOnThreadPool, rebind: null),
                options,
                canRebind ? host => Bind(host, canRebind: false) : null);
        }
    }

    private static AgentContract ContractOf(string name, ToolMethod method, AgentOptions options)
    {
        bool hasInput = method.Input is not null || method.Whole is not null || method.Parameters.Any(parameter => parameter.Argument is not null);
        var shape = ShapeOf(hasInput, hasOutput: method.Result is not VoidResult, method.Result.Streams);
        return ContractOf(name, shape, method.InputSchema, options) with
        {
            OutputSchema = method.Result.Schema,
            ChunkSchema = method.Result.ChunkSchema,
            TakesStream = method.Input is not null,
            InputChunkSchema = method.Input?.ItemSchema,
        };
    }

    private protected static AgentContract ContractOf(string name, AgentShape shape, JsonElement input, AgentOptions options) => new()
    {
        Name = name,
        Version = options.Version,
        Title = options.Title,
        Description = options.Description,
        Tags = options.Tags,
        Capabilities = options.Capabilities,
        Shape = shape,
        InputSchema = input,
        AssertsFormats = true,
        Annotations = options.Annotations,
        RequiresApproval = options.RequiresApproval,
        MaxJournalCapture = options.MaxJournalCapture,
    };

    private static AgentShape ShapeOf(bool hasInput, bool hasOutput, bool streams) =>
        streams ? hasInput ? AgentShape.Streamer : AgentShape.Publisher
        : hasInput ? AgentShape.Responder
        : hasOutput ? AgentShape.Trigger
        : AgentShape.Watcher;
}
