namespace Mesh;

/// <summary>How the room reaches a tool's code: in its own process, or at the far end of a connection.</summary>
internal abstract class ToolInvoker
{
    /// <summary>Serves one call. Never throws: a failure is an outcome.</summary>
    public abstract CallEnd Invoke(CallState call);

    /// <summary>Reads what has come of an answer that was to come.</summary>
    /// <param name="handler">What <see cref="Invoke"/> returned; it has ended.</param>
    /// <param name="call">The call.</param>
    public virtual CallEnd Finish(Task handler, CallState call) => ((Task<CallOutcome>)handler).GetAwaiter().GetResult();

    /// <summary>How values of a caller's types get to the tool by reference; null when they go as JSON.</summary>
    /// <param name="contract">What the tool is registered with.</param>
    /// <param name="arguments">The type of the arguments.</param>
    /// <param name="result">The type that the caller reads the result as.</param>
    public virtual ToolPassage? FindPassage<TArguments, TResult>(ToolContract contract, PassedType<TArguments> arguments, PassedType<TResult> result) => null;
}

/// <summary>Stands for a tool that was registered by hand, without code. At the far end of a connection this shows only when it is called.</summary>
internal sealed class MissingToolInvoker(MeshId registrationId) : ToolInvoker
{
    public override CallEnd Invoke(CallState call) => LocalToolkits.Missing(call.Request.Target, registrationId);
}

/// <summary>Runs a tool in the room's own process, with its provider's client at hand.</summary>
internal sealed class DirectToolInvoker(Tool tool, RoomClient provider) : ToolInvoker
{
    public override CallEnd Invoke(CallState call) => ToolRunner.Run(tool, call.EnterHandler(provider), call.Arguments);

    public override CallEnd Finish(Task handler, CallState call) => ToolRunner.Finish(tool, handler, call);

    // A lease may have been registered by hand, with another definition than that of the code behind it.
    public override ToolPassage? FindPassage<TArguments, TResult>(ToolContract contract, PassedType<TArguments> arguments, PassedType<TResult> result) =>
        tool.Definition.DefinitionHash == contract.Definition.DefinitionHash ? tool.FindPassage(arguments, result) : null;
}
