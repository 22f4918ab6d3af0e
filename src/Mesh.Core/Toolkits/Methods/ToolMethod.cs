using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Mesh;

/// <summary>A method prepared for being called as a tool: how each parameter is found, and what becomes of the result.</summary>
internal sealed class ToolMethod
{
    private readonly MethodInvoker _invoker;
    private readonly object? _target;
    private readonly ToolParameter[] _parameters;
    private readonly JsonElement _inputSchema;

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ToolMethod(string toolName, MethodInfo method, object? target, JsonSerializerOptions json)
    {
        if (method.ContainsGenericParameters)
        {
            throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, $"Tool '{toolName}': method '{method.Name}' has open type parameters.")
            {
                Remedy = "Give a method whose types are all known.",
            });
        }

        _invoker = MethodInvoker.Create(method);
        _target = target;
        try
        {
            var reader = new TypeShapeReader(json);
            _parameters = [.. method.GetParameters().Select(parameter => ToolParameter.Of(parameter, reader))];
            _inputSchema = TypeSchemaWriter.Write([.. _parameters.OfType<ArgumentParameter>().Select(each => each.Shape)], forInput: true);
            Result = ToolResult.Of(method, new TypeShapeReader(json));
            Input = _parameters.OfType<InputStreamParameter>().ToArray() is var streams && streams.Length > 1
                ? throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, "only one parameter can be an input stream."))
                : streams.FirstOrDefault();
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.InvalidDefinition)
        {
            throw new MeshException(exception.Error with { Message = $"Tool '{toolName}': {exception.Error.Message}" }, exception);
        }
    }

    public ToolResult Result { get; }

    public InputStreamParameter? Input { get; }

    public ToolDefinition Define(string name, ToolOptions options) => ToolDefinitions.Define(name, _inputSchema, Result.Schema, options) with
    {
        ChunkSchema = Result.ChunkSchema,
        Streams = Result.Streams,
        TakesStream = Input is not null,
        InputChunkSchema = Input?.ItemSchema,
    };

    /// <summary>Calls the method. Returns what it returns, unread.</summary>
    public object? Invoke(JsonElement arguments, CallContext context)
    {
        // The fixed arities spare the array of arguments.
        var p = _parameters;
        return p.Length switch
        {
            0 => _invoker.Invoke(_target),
            1 => _invoker.Invoke(_target, p[0].Find(arguments, context)),
            2 => _invoker.Invoke(_target, p[0].Find(arguments, context), p[1].Find(arguments, context)),
            3 => _invoker.Invoke(_target, p[0].Find(arguments, context), p[1].Find(arguments, context), p[2].Find(arguments, context)),
            4 => _invoker.Invoke(_target, p[0].Find(arguments, context), p[1].Find(arguments, context), p[2].Find(arguments, context), p[3].Find(arguments, context)),
            _ => _invoker.Invoke(_target, FindAll(arguments, context)),
        };
    }

    private Span<object?> FindAll(JsonElement arguments, CallContext context)
    {
        var values = new object?[_parameters.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = _parameters[i].Find(arguments, context);
        }

        return values;
    }
}
