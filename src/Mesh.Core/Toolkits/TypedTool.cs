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
        : base(Define(name, arguments, result, options))
    {
        _handler = handler;
        _arguments = arguments;
        _result = result;
        RunOnThreadPool = options.RunOnThreadPool;
    }

    /// <summary>Only the room's own tools are called so, by clients of its own process.</summary>
    internal override ToolPassage? FindPassage<TCaller, TRead>(PassedType<TCaller> arguments, PassedType<TRead> result) =>
        arguments.IsOfRoom && result.IsOfRoom && ReferenceEquals(arguments.Info, _arguments) && ReferenceEquals(result.Info, _result)
            ? new RoomPassage<TCaller, TRead>(arguments, result)
            : null;

    protected internal override async ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context)
    {
        if (context.Request.Arguments.Typed is { Passage: not null } typed)
        {
            object? result = await _handler(TypedArguments<TArguments>.Of(typed).Value, context).ConfigureAwait(false);
            return result is null ? EmptyResponse.Instance : typed.Passage.Pass(result, context.Host.Options.MaxResponseBytes)!;
        }

        var value = ArgumentBinder.Bind(arguments, _arguments, "/", context)!;
        return ResultWriter.ToResponse(await _handler(value, context).ConfigureAwait(false), _result, context);
    }

    private static ToolDefinition Define(string name, JsonTypeInfo arguments, JsonTypeInfo result, ToolOptions options)
    {
        if (arguments.Kind is not (JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary))
        {
            throw new MeshException(new MeshError(
                MeshErrorCode.InvalidDefinition, $"Tool '{name}': its arguments type '{arguments.Type.Name}' is not written as a JSON object.")
            {
                Remedy = "Use a record whose properties are the arguments.",
            });
        }

        return ToolDefinitions.Define(
            name,
            TypeSchemaWriter.Write(TypeShapeReader.Read(arguments), forInput: true),
            typeof(ToolResponse).IsAssignableFrom(result.Type) ? null : TypeSchemaWriter.Write(TypeShapeReader.Read(result), forInput: false),
            options);
    }
}

/// <summary>Puts the definitions of tools together that Mesh makes of code.</summary>
internal static class ToolDefinitions
{
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
