using System.Text.Json;

namespace Mesh;

/// <summary>
/// Enters a tool's code and turns whatever comes out of it into an outcome. The one place where exceptions of handlers
/// are mapped, at whichever end of a connection they run.
/// </summary>
internal static class ToolRunner
{
    /// <summary>Enters a tool's code. Where that goes on for longer, its task is the end; <see cref="Finish"/> must follow.</summary>
    public static CallEnd Run(Tool tool, CallContext context, JsonElement arguments) =>
        tool.RunOnThreadPool ? CallEnd.Of(HopAsync(tool, context, arguments)) : Enter(tool, context, arguments);

    /// <summary>The same to its end.</summary>
    public static async ValueTask<CallOutcome> RunAsync(Tool tool, CallContext context, JsonElement arguments)
    {
        var end = Run(tool, context, arguments);
        if (end.Answer is { } answer)
        {
            await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            end = Finish(answer, context);
        }

        return await end.ConfigureAwait(false);
    }

    /// <summary>What a tool's code has answered that has ended.</summary>
    public static CallEnd Finish(Task<ToolResponse> answer, CallContext context)
    {
        try
        {
            return Read(answer.GetAwaiter().GetResult(), context);
        }
        catch (Exception exception)
        {
            return Fail(exception, context);
        }
    }

    /// <summary>Apart from <see cref="Run"/>, so that only a call that hops pays for a closure.</summary>
    private static Task<ToolResponse> HopAsync(Tool tool, CallContext context, JsonElement arguments) => Task.Run(() =>
    {
        CallContext.Enter(context);
        return tool.InvokeAsync(arguments, context).AsTask();
    });

    /// <summary>Calls the code within the call.</summary>
    private static CallEnd Enter(Tool tool, CallContext context, JsonElement arguments)
    {
        if (ExecutionContext.Capture() is not { } outside)
        {
            return CallEnd.Of(EnterSuppressedAsync(tool, context, arguments));
        }

        CallContext.Enter(context);
        try
        {
            var running = tool.InvokeAsync(arguments, context);
            return running.IsCompletedSuccessfully ? Read(running.Result, context) : CallEnd.Of(running.AsTask());
        }
        catch (Exception exception)
        {
            return Fail(exception, context);
        }
        finally
        {
            ExecutionContext.Restore(outside);
        }
    }

    /// <summary>The same where the caller has suppressed the flow of its context: then only a state machine can put it back.</summary>
    private static async Task<ToolResponse> EnterSuppressedAsync(Tool tool, CallContext context, JsonElement arguments)
    {
        CallContext.Enter(context);
        return await tool.InvokeAsync(arguments, context).ConfigureAwait(false);
    }

    private static CallEnd Read(ToolResponse? response, CallContext context) =>
        response is null ? Fault(context, new InvalidOperationException("The tool returned no response."))
        : response.HasStreams && context.CancellationToken.IsCancellationRequested ? CallEnd.Of(DropAsync(response, context))
        : CallOutcome.FromResult(response.Own());

    /// <summary>The call has ended without the response: nobody will read its streams.</summary>
    private static async ValueTask<CallOutcome> DropAsync(ToolResponse response, CallContext context)
    {
        await ContentReader.DisposeAsync(context.Host, context.Request, response).ConfigureAwait(false);
        return CallOutcome.FromError(CallErrors.Cancelled(context.Request.Target));
    }

    private static CallOutcome Fail(Exception exception, CallContext context) => exception switch
    {
        ToolException { Error: var error } => CallOutcome.FromError(error),
        _ when IsOfTheEnd(exception) && context.CancellationToken.IsCancellationRequested => CallOutcome.FromError(CallErrors.Cancelled(context.Request.Target)),

        // What the room refuses it says to the caller itself: there is nothing behind it that the caller may not know.
        MeshException { Error: var error } when context is CallState { Instance.Registration: null } => CallOutcome.FromError(error),
        _ => Fault(context, exception),
    };

    /// <summary>
    /// Whether an exception says no more than that the call was ended from outside: its token, a frame or an item that
    /// nobody takes any more, or a call within it that ended with it. That is no fault of the handler.
    /// </summary>
    private static bool IsOfTheEnd(Exception exception) => exception is OperationCanceledException
        || (exception is MeshException { Code: var code } && (code == MeshErrorCode.CallEnded || code == MeshErrorCode.Cancelled));

    /// <summary>
    /// The exception goes to the host's fault handler; of its text nothing crosses to the caller. Of a failure of a
    /// call that the handler made, the code alone crosses: its text was meant for the handler's own participant.
    /// </summary>
    private static CallOutcome Fault(CallContext context, Exception exception)
    {
        var target = context.Request.Target;
        context.Host.ReportFault(new MeshFault(MeshFaultKind.Handler, $"{target.Label} failed in its handler.", exception) { CallId = context.Request.Id });
        return CallOutcome.FromError(exception switch
        {
            MeshException { Code: var code } when code == MeshErrorCode.BudgetExceeded =>
                new MeshError(code, $"{target.Label} failed: it, or a call that it made, was over budget."),
            MeshException { Error: var inner } =>
                new MeshError(MeshErrorCode.HandlerFailed, $"{target.Label} failed: a call that it made ended with '{inner.Code}'.")
                {
                    Retryable = inner.Retryable,
                    RetryAfter = inner.RetryAfter,
                },
            _ => new MeshError(MeshErrorCode.HandlerFailed, $"{target.Label} failed in its handler.")
            {
                Remedy = "Its provider finds the reason in the host's fault handler; a tool says what went wrong with a ToolException.",
            },
        });
    }
}
