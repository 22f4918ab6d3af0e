using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Mesh;

/// <summary>A method prepared for being called as a tool: how each parameter is found, and what becomes of the result.</summary>
internal sealed class ToolMethod
{
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

        try
        {
            var reader = new TypeShapeReader(json);
            Options = json;
            ToolParameter[] parameters = [.. method.GetParameters().Select(parameter => ToolParameter.Of(parameter, reader))];
            Parameters = parameters;
            _inputSchema = TypeSchemaWriter.Write([.. parameters.Select(each => each.Argument).OfType<PropertyShape>()], forInput: true);
            Result = ToolResult.Of(method, new TypeShapeReader(json));
            Input = parameters.OfType<InputStreamParameter>().ToArray() is var streams && streams.Length > 1
                ? throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, "only one parameter can be an input stream."))
                : streams.FirstOrDefault();
            Call = MethodCall.Of(method, target, parameters);
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.InvalidDefinition)
        {
            throw new MeshException(exception.Error with { Message = $"Tool '{toolName}': {exception.Error.Message}" }, exception);
        }
    }

    /// <summary>What arguments are read and the result is written with.</summary>
    public JsonSerializerOptions Options { get; }

    public IReadOnlyList<ToolParameter> Parameters { get; }

    /// <summary>The method, called with arguments that are JSON.</summary>
    public MethodCall Call { get; }

    public ToolResult Result { get; }

    public InputStreamParameter? Input { get; }

    public ToolDefinition Define(string name, ToolOptions options) => ToolDefinitions.Define(name, _inputSchema, Result.Schema, options) with
    {
        ChunkSchema = Result.ChunkSchema,
        Streams = Result.Streams,
        TakesStream = Input is not null,
        InputChunkSchema = Input?.ItemSchema,
    };
}
