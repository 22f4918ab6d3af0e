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
        tool.RunOnThreadPool ? CallEnd.OfAnswer(HopAsync(tool, context, arguments)) : Enter(tool, context, arguments);

    /// <summary>The same to its end.</summary>
    public static async ValueTask<CallOutcome> RunAsync(Tool tool, CallContext context, JsonElement arguments)
    {
        var end = Run(tool, context, arguments);
        return end.ToCome is { } answer ? await FinishAsync(tool, answer, context).ConfigureAwait(false) : end.Outcome;
    }

    /// <summary>What a tool's code has answered that has ended.</summary>
    public static CallEnd Finish(Tool tool, Task answer, CallContext context)
    {
        try
        {
            var end = Read(tool.ReadAnswer(answer, context), context);
            return end.ToCome is { } dropping ? CallEnd.Of(FinishAsync(tool, dropping, context)) : end;
        }
        catch (Exception exception)
        {
            return Fail(exception, context);
        }
    }

    private static async ValueTask<CallOutcome> FinishAsync(Tool tool, Task answer, CallContext context)
    {
        await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await Finish(tool, answer, context).ConfigureAwait(false);
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
        bool isSuppressed = ExecutionContext.IsFlowSuppressed();
        if (isSuppressed)
        {
            // The caller has suppressed the flow of its own context; the handler's call must flow with its code.
            ExecutionContext.RestoreFlow();
        }

        var outside = ExecutionContext.Capture()!;
        CallContext.Enter(context);
        try
        {
            var response = tool.Begin(arguments, context, out var answer);
            return answer is null ? Read(response, context) : CallEnd.OfAnswer(answer);
        }
        catch (Exception exception)
        {
            return Fail(exception, context);
        }
        finally
        {
            ExecutionContext.Restore(outside);
            if (isSuppressed)
            {
                ExecutionContext.SuppressFlow();
            }
        }
    }

    private static CallEnd Read(ToolResponse? response, CallContext context) =>
        response is null ? Fault(context, new InvalidOperationException("The tool returned no response."))
        : response.HasStreams && context.CancellationToken.IsCancellationRequested ? CallEnd.OfAnswer(DropAsync(response, context))
        : CallOutcome.FromResult(response.Own());

    /// <summary>The call has ended without the response: nobody will read its streams.</summary>
    private static async Task<ToolResponse> DropAsync(ToolResponse response, CallContext context)
    {
        await ContentReader.DisposeAsync(context.Host, context.Request, response).ConfigureAwait(false);
        throw new OperationCanceledException(context.CancellationToken);
    }

    private static CallOutcome Fail(Exception exception, CallContext context) => exception switch
    {
        ToolException { Error: var error } => Answer(error, exception, context),
        _ when IsOfTheEnd(exception) && IsOver(context) => CallOutcome.FromError(CallErrors.Cancelled(context.Request.Target)),

        // What the room refuses it says to the caller itself: there is nothing behind it that the caller may not know.
        MeshException { Error: var error } when context is CallState { Instance.Registration: null } => CallOutcome.FromError(error),
        _ => Fault(context, exception),
    };

    /// <summary>
    /// A handler that passes on the failure of something that it uses tells its caller that much; what is behind that failure was kept from the caller, and
    /// is for the host. What the handler itself has caught and put into words has nothing more to tell.
    /// </summary>
    private static CallOutcome Answer(MeshError error, Exception exception, CallContext context)
    {
        if (exception.InnerException is MeshException passedOn && passedOn.GetBaseException() is not (MeshException or OperationCanceledException))
        {
            Report(context, exception);
        }

        return CallOutcome.FromError(error);
    }

    private static void Report(CallContext context, Exception exception) => context.Host.ReportFault(
        new MeshFault(MeshFaultKind.Handler, $"{context.Request.Target.Label} failed in its handler.", exception) { CallId = context.Request.Id });

    /// <summary>
    /// Whether an exception says no more than that the call was ended from outside: its token, a frame or an item that
    /// nobody takes any more, a call within it that ended with it, or one that whoever leaves the room cannot make any more. That is no fault of the handler.
    /// </summary>
    private static bool IsOfTheEnd(Exception exception) => exception is OperationCanceledException
        || (exception is MeshException { Code: var code } && (code == MeshErrorCode.CallEnded || code == MeshErrorCode.Cancelled || code == MeshErrorCode.Closed));

    /// <summary>
    /// Whether the call was ended from outside, or is about to be, since its provider leaves. What it is used for tells its handler so at once, and its token a
    /// moment later.
    /// </summary>
    private static bool IsOver(CallContext context) =>
        context.HasEnded || context is CallState { Imposed: not null } || context.CancellationToken.IsCancellationRequested || context.Room is { Connection.IsLeaving: true };

    /// <summary>
    /// The exception goes to the host's fault handler; of its text nothing crosses to the caller. Of a failure of a
    /// call that the handler made, the code alone crosses: its text was meant for the handler's own participant.
    /// </summary>
    private static CallOutcome Fault(CallContext context, Exception exception)
    {
        var target = context.Request.Target;
        Report(context, exception);
        return CallOutcome.FromError(exception switch
        {
            MeshException { Error: var inner } when inner.Code == MeshErrorCode.BudgetExceeded =>
                new MeshError(inner.Code, $"{target.Label} failed: it, or a call that it made, was over budget.")
                {
                    Retryable = inner.Retryable,
                },
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
