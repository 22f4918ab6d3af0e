using System.Text.Json;

namespace Mesh;

/// <summary>
/// A tool: a definition and the code behind it. Make one of a method with <c>Tool.Create</c>, or derive from this
/// class. One tool may be registered in any number of rooms and is called from many threads at once.
/// </summary>
public abstract partial class Tool
{
    /// <summary>A tool of a definition.</summary>
    /// <param name="definition">What callers see, and what arguments and results are checked against.</param>
    /// <exception cref="MeshException">The name is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    protected Tool(ToolDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Names.CheckTool(definition.Name);
        Definition = definition;
    }

    /// <summary>What callers see of the tool.</summary>
    public ToolDefinition Definition { get; }

    /// <summary>The name within its toolkit.</summary>
    public string Name => Definition.Name;

    /// <summary>
    /// Whether calls run on the thread pool instead of their caller's thread. Say so for code that blocks its thread:
    /// it would block a caller in the same process beyond its deadline. False by default.
    /// </summary>
    public bool RunOnThreadPool { get; init; }

    /// <summary>
    /// Serves one call. The arguments satisfy the input schema; the result is checked against the output schema.
    /// The call's token is <see cref="CallContext.CancellationToken"/>.
    /// </summary>
    /// <param name="arguments">The arguments, an object. They may be gone when the call is over: keep a clone.</param>
    /// <param name="context">The call: who calls, for whom, and where progress and partial results go.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ToolException">A failure whose message the caller shall read. The text of any other exception
    /// stays with the provider.</exception>
    protected internal abstract ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context);

    /// <summary>Calls the code. What it answers is there, or to come.</summary>
    /// <param name="arguments">The arguments, an object.</param>
    /// <param name="context">The call.</param>
    /// <param name="answer">What <see cref="ReadAnswer"/> reads when it has ended; null where the response is there.</param>
    internal virtual ToolResponse? Begin(JsonElement arguments, CallContext context, out Task? answer)
    {
        var running = InvokeAsync(arguments, context);
        answer = running.IsCompletedSuccessfully ? null : running.AsTask();
        return answer is null ? running.Result : null;
    }

    /// <summary>The response of an answer that was to come; throws what its code has thrown.</summary>
    internal virtual ToolResponse ReadAnswer(Task answer, CallContext context) => ((Task<ToolResponse>)answer).GetAwaiter().GetResult();

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
