using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Mesh;

/// <summary>What becomes of the value that a tool's method returns.</summary>
internal abstract class ToolResult(JsonElement? schema, JsonElement? chunkSchema = null)
{
    /// <summary>The schema of the result; null when it has no JSON, or is not described.</summary>
    public JsonElement? Schema { get; } = schema;

    /// <summary>The schema of an item of the stream.</summary>
    public JsonElement? ChunkSchema { get; } = chunkSchema;

    public virtual bool Streams => false;

    /// <summary>Waits for the value, if there is something to wait for, and makes it a response.</summary>
    public abstract ValueTask<ToolResponse> ReadAsync(object? returned, CallContext context);

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static ToolResult Of(MethodInfo method, TypeShapeReader reader)
    {
        var type = method.ReturnType;
        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask))
        {
            return new VoidResult();
        }

        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        var form = definition == typeof(IAsyncEnumerable<>) ? typeof(StreamResult<>)
            : definition == typeof(Task<>) ? typeof(TaskResult<>)
            : definition == typeof(ValueTask<>) ? typeof(ValueTaskResult<>)
            : null;
        var value = form is null ? type : type.GetGenericArguments()[0];
        var content = ResultContent.Of(value, TypeUse.OfReturn(method.ReturnParameter, depth: form is null ? 0 : 1), reader);
        return form is null
            ? new ValueResult(content)
            : (ToolResult)Activator.CreateInstance(form.MakeGenericType(value), content)!;
    }
}

/// <summary>Nothing, now or later.</summary>
internal sealed class VoidResult() : ToolResult(null)
{
    public override ValueTask<ToolResponse> ReadAsync(object? returned, CallContext context) => returned switch
    {
        Task { IsCompletedSuccessfully: false } task => WaitAsync(task),
        ValueTask { IsCompletedSuccessfully: false } task => WaitAsync(task.AsTask()),
        _ => new(EmptyResponse.Instance),
    };

    private static async ValueTask<ToolResponse> WaitAsync(Task task)
    {
        await task.ConfigureAwait(false);
        return EmptyResponse.Instance;
    }
}

/// <summary>A value that is there when the method returns.</summary>
internal sealed class ValueResult(ResultContent content) : ToolResult(content.Schema)
{
    public override ValueTask<ToolResponse> ReadAsync(object? returned, CallContext context) => new(content.ToResponse(returned, context));
}

/// <summary>A value to wait for.</summary>
internal sealed class TaskResult<T>(ResultContent content) : ToolResult(content.Schema)
{
    public override async ValueTask<ToolResponse> ReadAsync(object? returned, CallContext context) =>
        content.ToResponse(await ((Task<T>)returned!).ConfigureAwait(false), context);
}

/// <summary>A value to wait for.</summary>
internal sealed class ValueTaskResult<T>(ResultContent content) : ToolResult(content.Schema)
{
    public override async ValueTask<ToolResponse> ReadAsync(object? returned, CallContext context) =>
        content.ToResponse(await ((ValueTask<T>)returned!).ConfigureAwait(false), context);
}

/// <summary>A stream of values: each is a chunk, and the result is empty.</summary>
internal sealed class StreamResult<T>(ResultContent content) : ToolResult(null, content.Schema)
{
    public override bool Streams => true;

    public override async ValueTask<ToolResponse> ReadAsync(object? returned, CallContext context)
    {
        // The iterator is disposed here when its MoveNext has ended, also when the caller is long gone.
        await foreach (var item in ((IAsyncEnumerable<T>)returned!).WithCancellation(context.CancellationToken).ConfigureAwait(false))
        {
            await context.WriteChunkAsync(content.ToPart(item)).ConfigureAwait(false);
        }

        return EmptyResponse.Instance;
    }
}
