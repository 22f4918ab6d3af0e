using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>A tool whose arguments and result are read and written by given serializer metadata.</summary>
internal sealed class TypedTool<TArguments, TResult> : Tool
{
    private readonly Func<TArguments, CallContext, ValueTask<TResult>> _handler;
    private readonly JsonTypeInfo<TArguments> _arguments;
    private readonly JsonTypeInfo<TResult> _result;

    public TypedTool(
        string name,
        Func<TArguments, CallContext, ValueTask<TResult>> handler,
        JsonTypeInfo<TArguments> arguments,
        JsonTypeInfo<TResult> result,
        ToolOptions options)
        : base(ToolDefinitions.Define(name, arguments, result, options))
    {
        _handler = handler;
        _arguments = arguments;
        _result = result;
        RunOnThreadPool = options.RunOnThreadPool;
    }

    protected internal override async ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context)
    {
        var value = ArgumentBinder.Bind(arguments, _arguments, "/", context)!;
        return ResultWriter.ToResponse(await _handler(value, context).ConfigureAwait(false), _result, context);
    }
}

/// <summary>Puts the definitions of tools together that Mesh makes of code.</summary>
internal static class ToolDefinitions
{
    /// <summary>The definition of a tool whose types are known by their metadata.</summary>
    /// <exception cref="MeshException">A type cannot be described, or the arguments are no JSON object.</exception>
    public static ToolDefinition Define(string name, JsonTypeInfo arguments, JsonTypeInfo result, ToolOptions options) =>
        Define(name, InputOf(name, arguments), typeof(ToolResponse).IsAssignableFrom(result.Type) ? null : OutputOf(result), options);

    /// <summary>The definition of a tool that answers with a stream of items.</summary>
    public static ToolDefinition DefineStream(string name, JsonTypeInfo arguments, JsonTypeInfo item, ToolOptions options) =>
        Define(name, InputOf(name, arguments), null, options) with { ChunkSchema = OutputOf(item), Streams = true };

    private static JsonElement OutputOf(JsonTypeInfo type) => TypeSchemaWriter.Write(TypeShapeReader.Read(type), forInput: false);

    private static JsonElement InputOf(string name, JsonTypeInfo arguments)
    {
        if (arguments.Kind is not (JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary))
        {
            throw new MeshException(new MeshError(
                MeshErrorCode.InvalidDefinition, $"Tool '{name}': its arguments type '{arguments.Type.Name}' is not written as a JSON object.")
            {
                Remedy = "Use a record whose properties are the arguments.",
            });
        }

        return TypeSchemaWriter.Write(TypeShapeReader.Read(arguments), forInput: true);
    }

    public static ToolDefinition Define(string name, JsonElement input, JsonElement? output, ToolOptions options) => new()
    {
        Name = name,
        Title = options.Title,
        Description = options.Description,
        InputSchema = input,
        OutputSchema = output,
        AssertsFormats = true,
        Rules = options.Rules,
        ThumbnailUrl = options.ThumbnailUrl,
        Annotations = options.Annotations,
        RequiresApproval = options.RequiresApproval,
        MaxJournalCapture = options.MaxJournalCapture,
    };
}
