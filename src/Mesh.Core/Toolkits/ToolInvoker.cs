namespace Mesh;

/// <summary>How the room reaches a tool's code: in its own process, or at the far end of a connection.</summary>
internal abstract class ToolInvoker
{
    /// <summary>Serves one call. Never throws: a failure is an outcome.</summary>
    public abstract ValueTask<CallOutcome> InvokeAsync(CallState call);
}

/// <summary>Stands for a tool that was registered by hand, without code. At the far end of a connection this shows only when it is called.</summary>
internal sealed class MissingToolInvoker(MeshId registrationId) : ToolInvoker
{
    public override ValueTask<CallOutcome> InvokeAsync(CallState call) =>
        new(CallOutcome.FromError(LocalToolkits.Missing(call.Request.Target, registrationId)));
}

/// <summary>Runs a tool in the room's own process, with its provider's client at hand.</summary>
internal sealed class DirectToolInvoker(Tool tool, RoomClient provider) : ToolInvoker
{
    public override ValueTask<CallOutcome> InvokeAsync(CallState call) => ToolRunner.RunAsync(
        tool,
        new CallContext(call.Request, call.Caller.Snapshot, call.OnBehalfOf?.Snapshot, provider, call),
        call.Arguments);
}
