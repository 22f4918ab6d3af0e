using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Mesh;

/// <summary>Says where each parameter of a method comes from.</summary>
internal delegate ToolParameter[] MethodBinding(ParameterInfo[] parameters, TypeShapeReader reader);

/// <summary>A method prepared for being called as a tool: how each parameter is found, and what becomes of the result.</summary>
internal sealed class ToolMethod
{
    /// <param name="label">What the method is to be, for messages, such as <c>Tool 'forecast'</c>.</param>
    /// <param name="method">The method.</param>
    /// <param name="target">The object that it is called on; null for a static method.</param>
    /// <param name="json">What arguments are read and the result is written with.</param>
    /// <param name="bind">Where its parameters come from.</param>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ToolMethod(string label, MethodInfo method, object? target, JsonSerializerOptions json, MethodBinding bind)
    {
        if (method.ContainsGenericParameters)
        {
            throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, $"{label}: method '{method.Name}' has open type parameters.")
            {
                Remedy = "Give a method whose types are all known.",
            });
        }

        try
        {
            var reader = new TypeShapeReader(json);
            Options = json;
            ToolParameter[] parameters = bind(method.GetParameters(), reader);
            Parameters = parameters;
            Whole = parameters.OfType<IWholeParameter>().SingleOrDefault();
            InputSchema = Whole is { IsWrapped: false }
                ? TypeSchemaWriter.Write(Whole.Shape, forInput: true)
                : TypeSchemaWriter.Write([.. parameters.Select(each => each.Argument).OfType<PropertyShape>()], forInput: true);
            Result = ToolResult.Of(method, new TypeShapeReader(json));
            Input = parameters.OfType<InputStreamParameter>().ToArray() is var streams && streams.Length > 1
                ? throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, "only one parameter can be an input stream."))
                : streams.FirstOrDefault();
            Call = MethodCall.Of(method, target, parameters);
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.InvalidDefinition)
        {
            throw new MeshException(exception.Error with { Message = $"{label}: {exception.Error.Message}" }, exception);
        }
    }

    /// <summary>What arguments are read and the result is written with.</summary>
    public JsonSerializerOptions Options { get; }

    public IReadOnlyList<ToolParameter> Parameters { get; }

    /// <summary>The method, called with arguments that are JSON.</summary>
    public MethodCall Call { get; }

    public ToolResult Result { get; }

    public InputStreamParameter? Input { get; }

    /// <summary>The one parameter that the arguments as a whole are read as; null where each is an argument of its own.</summary>
    public IWholeParameter? Whole { get; }

    public JsonElement InputSchema { get; }

    public ToolDefinition Define(string name, ToolOptions options) => ToolDefinitions.Define(name, InputSchema, Result.Schema, options) with
    {
        ChunkSchema = Result.ChunkSchema,
        Streams = Result.Streams,
        TakesStream = Input is not null,
        InputChunkSchema = Input?.ItemSchema,
    };
}
