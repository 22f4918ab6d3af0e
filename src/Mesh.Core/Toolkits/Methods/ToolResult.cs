using System.Diagnostics;
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
    /// <param name="method">The method.</param>
    /// <param name="arguments">The arguments, an object.</param>
    /// <param name="context">The call.</param>
    /// <param name="answer">What <see cref="Finish"/> makes a response of when it has ended; null where the response is there.</param>
    public virtual ToolResponse? Call(MethodCall method, JsonElement arguments, CallContext context, out Task? answer) =>
        Read(method.Invoke(arguments, context), context, out answer);

    /// <summary>Makes a response of what the method has returned.</summary>
    protected abstract ToolResponse? Read(object? returned, CallContext context, out Task? answer);

    /// <summary>Makes a response of an answer that was to come; throws what the method has thrown.</summary>
    public virtual ToolResponse Finish(Task answer, CallContext context) => throw new UnreachableException("Nothing was to come.");

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
    protected override ToolResponse? Read(object? returned, CallContext context, out Task? answer)
    {
        answer = returned switch
        {
            Task { IsCompletedSuccessfully: false } task => task,
            ValueTask { IsCompletedSuccessfully: false } task => task.AsTask(),
            _ => null,
        };
        if (answer is Task<ToolResponse> or Task<CallOutcome>)
        {
            // Of a method that promises nothing: what its task brings is not for the caller.
            answer = DropAsync(answer);
        }

        return answer is null ? EmptyResponse.Instance : null;
    }

    public override ToolResponse Finish(Task answer, CallContext context)
    {
        answer.GetAwaiter().GetResult();
        return EmptyResponse.Instance;
    }

    private static async Task DropAsync(Task task) => await task.ConfigureAwait(false);
}

/// <summary>A value that is there when the method returns.</summary>
internal sealed class ValueResult(ResultContent content) : ToolResult(content)
{
    protected override ToolResponse? Read(object? returned, CallContext context, out Task? answer)
    {
        answer = null;
        return ToResponse(returned, context);
    }
}

/// <summary>A value to wait for.</summary>
internal class TaskResult<T>(ResultContent content) : ToolResult(content)
{
    protected override ToolResponse? Read(object? returned, CallContext context, out Task? answer) => Read(new ValueTask<T>((Task<T>)returned!), context, out answer);

    public override ToolResponse Finish(Task answer, CallContext context) => ToResponse(((Task<T>)answer).GetAwaiter().GetResult(), context);

    /// <summary>Without a state machine: the method's own task is the answer, unless it could be taken for another end of the call.</summary>
    protected ToolResponse? Read(ValueTask<T> value, CallContext context, out Task? answer)
    {
        answer = value.IsCompletedSuccessfully ? null
            : typeof(T) == typeof(CallOutcome) ? WaitAsync(value, context)
            : value.AsTask();
        return answer is null ? ToResponse(value.Result, context) : null;
    }

    private async Task<ToolResponse> WaitAsync(ValueTask<T> value, CallContext context) => ToResponse(await value.ConfigureAwait(false), context);
}

/// <summary>A value to wait for.</summary>
internal sealed class ValueTaskResult<T>(ResultContent content) : TaskResult<T>(content)
{
    public override ToolResponse? Call(MethodCall method, JsonElement arguments, CallContext context, out Task? answer) =>
        method is MethodCall<ValueTask<T>> typed ? Read(typed.Call(arguments, context), context, out answer) : base.Call(method, arguments, context, out answer);

    protected override ToolResponse? Read(object? returned, CallContext context, out Task? answer) => Read((ValueTask<T>)returned!, context, out answer);
}

/// <summary>A stream of values: each is a chunk, and the result is empty.</summary>
internal sealed class StreamResult<T>(ResultContent content) : ToolResult(null, content.Schema)
{
    public override bool Streams => true;

    public override TypeGuard<TItem>? Guard<TItem>(PassedType<TItem> type) => content.Guard(type);

    protected override ToolResponse? Read(object? returned, CallContext context, out Task? answer)
    {
        var writing = WriteAsync((IAsyncEnumerable<T>)returned!, context);
        answer = writing.IsCompletedSuccessfully ? null : writing;
        return answer is null ? EmptyResponse.Instance : null;
    }

    public override ToolResponse Finish(Task answer, CallContext context)
    {
        answer.GetAwaiter().GetResult();
        return EmptyResponse.Instance;
    }

    private async Task WriteAsync(IAsyncEnumerable<T> items, CallContext context)
    {
        var (passage, most) = (MethodPassage.Of(context.Request.Arguments.Passed), context.Host.Options.MaxResponseBytes);

        // The iterator is disposed here when its MoveNext has ended, also when the caller is long gone.
        await foreach (var item in items.WithCancellation(context.CancellationToken).ConfigureAwait(false))
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
    }
}
