using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Mesh;

/// <summary>What becomes of the value that a tool's method returns.</summary>
/// <param name="content">What the value is made into; null when there is none, or each item of a stream is.</param>
/// <param name="chunkSchema">The schema of an item of the stream.</param>
internal abstract class ToolResult(ResultContent? content, JsonElement? chunkSchema = null)
{
    /// <summary>The schema of the result; null when it has no JSON, or is not described.</summary>
    public JsonElement? Schema => content?.Schema;

    /// <summary>The schema of an item of the stream.</summary>
    public JsonElement? ChunkSchema { get; } = chunkSchema;

    public virtual bool Streams => false;

    /// <summary>What enforces the schema of the result, or of each item of the stream, on values of a caller's type; null where
    /// it is not of that type.</summary>
    public virtual TypeGuard<T>? Guard<T>(PassedType<T> type) => content?.Guard(type);

    /// <summary>Calls the method and makes a response of what it returns.</summary>
    public virtual ValueTask<ToolResponse> CallAsync(MethodCall method, JsonElement arguments, CallContext context) =>
        ReadAsync(method.Invoke(arguments, context), context);

    /// <summary>Waits for the value, if there is something to wait for, and makes it a response.</summary>
    public abstract ValueTask<ToolResponse> ReadAsync(object? returned, CallContext context);

    /// <summary>The value as a response; an empty one where nothing is made of it.</summary>
    protected ToolResponse ToResponse(object? value, CallContext context) => content?.ToResponse(value, context) ?? EmptyResponse.Instance;

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
internal sealed class ValueResult(ResultContent content) : ToolResult(content)
{
    public override ValueTask<ToolResponse> ReadAsync(object? returned, CallContext context) => new(ToResponse(returned, context));
}

/// <summary>A value to wait for.</summary>
internal sealed class TaskResult<T>(ResultContent content) : ToolResult(content)
{
    public override ValueTask<ToolResponse> ReadAsync(object? returned, CallContext context)
    {
        // Without a state machine where there is nothing to wait for.
        var value = (Task<T>)returned!;
        return value.IsCompletedSuccessfully ? new(ToResponse(value.Result, context)) : WaitAsync(value, context);
    }

    private async ValueTask<ToolResponse> WaitAsync(Task<T> value, CallContext context) => ToResponse(await value.ConfigureAwait(false), context);
}

/// <summary>A value to wait for.</summary>
internal sealed class ValueTaskResult<T>(ResultContent content) : ToolResult(content)
{
    public override ValueTask<ToolResponse> CallAsync(MethodCall method, JsonElement arguments, CallContext context) =>
        method is MethodCall<ValueTask<T>> typed ? Read(typed.Call(arguments, context), context) : base.CallAsync(method, arguments, context);

    public override ValueTask<ToolResponse> ReadAsync(object? returned, CallContext context) => Read((ValueTask<T>)returned!, context);

    // Without a state machine where there is nothing to wait for.
    private ValueTask<ToolResponse> Read(ValueTask<T> value, CallContext context) =>
        value.IsCompletedSuccessfully ? new(ToResponse(value.Result, context)) : WaitAsync(value, context);

    private async ValueTask<ToolResponse> WaitAsync(ValueTask<T> value, CallContext context) => ToResponse(await value.ConfigureAwait(false), context);
}

/// <summary>A stream of values: each is a chunk, and the result is empty.</summary>
internal sealed class StreamResult<T>(ResultContent content) : ToolResult(null, content.Schema)
{
    public override bool Streams => true;

    public override TypeGuard<TItem>? Guard<TItem>(PassedType<TItem> type) => content.Guard(type);

    public override async ValueTask<ToolResponse> ReadAsync(object? returned, CallContext context)
    {
        var (passage, most) = (MethodPassage.Of(context.Request.Arguments.Passed), context.Host.Options.MaxResponseBytes);

        // The iterator is disposed here when its MoveNext has ended, also when the caller is long gone.
        await foreach (var item in ((IAsyncEnumerable<T>)returned!).WithCancellation(context.CancellationToken).ConfigureAwait(false))
        {
            if (passage is not null && item is not null && passage.PassItem(item, most) is { } typed)
            {
                await context.EmitAsync(typed).ConfigureAwait(false);
            }
            else
            {
                await context.WriteChunkAsync(content.ToPart(item)).ConfigureAwait(false);
            }
        }

        return EmptyResponse.Instance;
    }
}
