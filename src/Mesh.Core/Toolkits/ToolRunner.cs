using System.Text.Json;

namespace Mesh;

/// <summary>
/// Enters a tool's code and turns whatever comes out of it into an outcome. The one place where exceptions of handlers
/// are mapped, at whichever end of a connection they run.
/// </summary>
internal static class ToolRunner
{
    public static ValueTask<CallOutcome> RunAsync(Tool tool, CallContext context, JsonElement arguments) =>
        tool.RunOnThreadPool ? HopAsync(tool, context, arguments) : EnterAsync(tool, context, arguments);

    /// <summary>Apart from <see cref="RunAsync"/>, so that only a call that hops pays for a closure.</summary>
    private static ValueTask<CallOutcome> HopAsync(Tool tool, CallContext context, JsonElement arguments) =>
        new(Task.Run(() => EnterAsync(tool, context, arguments).AsTask()));

    private static async ValueTask<CallOutcome> EnterAsync(Tool tool, CallContext context, JsonElement arguments)
    {
        CallContext.Enter(context);
        try
        {
            var response = await tool.InvokeAsync(arguments, context).ConfigureAwait(false);
            return response is null ? Fault(context, new InvalidOperationException("The tool returned no response.")) : CallOutcome.FromResult(response.Own());
        }
        catch (ToolException exception)
        {
            return CallOutcome.FromError(exception.Error);
        }
        catch (Exception exception) when (IsOfTheEnd(exception) && context.CancellationToken.IsCancellationRequested)
        {
            return CallOutcome.FromError(CallErrors.Cancelled(context.Request.Target));
        }
        catch (Exception exception)
        {
            return Fault(context, exception);
        }
    }

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
        context.Host.ReportFault(new MeshFault(MeshFaultKind.Handler, $"Tool '{target}' failed in its handler.", exception) { CallId = context.Request.Id });
        return CallOutcome.FromError(exception switch
        {
            MeshException { Code: var code } when code == MeshErrorCode.BudgetExceeded =>
                new MeshError(code, $"Tool '{target}' failed: a call that it made was over budget."),
            MeshException { Error: var inner } =>
                new MeshError(MeshErrorCode.HandlerFailed, $"Tool '{target}' failed: a call that it made ended with '{inner.Code}'.")
                {
                    Retryable = inner.Retryable,
                    RetryAfter = inner.RetryAfter,
                },
            _ => new MeshError(MeshErrorCode.HandlerFailed, $"Tool '{target}' failed in its handler.")
            {
                Remedy = "Its provider finds the reason in the host's fault handler; a tool says what went wrong with a ToolException.",
            },
        });
    }
}
