using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// Lets a model use the tools of a room: asks it, makes the calls that it wants, gives it their results, and asks again, until it has
/// an answer. Each call takes the call path like every other, so that rights, budgets, approvals, validation and the journal hold
/// for a model as for a person; nothing of that is decided here. Thread-safe; one loop serves any number of turns at once.
/// </summary>
/// <remarks>
/// <para>The message list is the caller's. What the model and its tools say is added to it as it comes, and it is consistent however
/// the turn ends, also when it is cancelled, fails, or is no longer read: no function call without its result. What was interrupted says
/// so: an answer has the property <see cref="InterruptedKey"/>, a call a result that says that its effect is unknown.</para>
/// <para>A call that fails is answered with text that the model can act on. One that is malformed (an unknown tool, arguments that are no
/// JSON or break the schema) is answered with what is wrong; the same again in the same turn ends the turn with that error.</para>
/// <para>Usage and cost are reported to the call in whose handler the turn runs, and count in the budgets around it.</para>
/// </remarks>
/// <example><code>
/// var loop = new ToolLoop(model);
/// var functions = await RoomFunctions.OfAsync(context);
/// var messages = new List&lt;ChatMessage&gt; { new(ChatRole.User, "How is the weather in Oslo?") };
/// ChatResponse answer = await loop.RunAsync(functions, messages, cancellationToken: context.CancellationToken);
/// </code></example>
public sealed class ToolLoop
{
    /// <summary>The property of a message in <see cref="ChatMessage.AdditionalProperties"/> that is true where it was cut off, also by the limit of its tokens.</summary>
    public const string InterruptedKey = "mesh.interrupted";

    /// <summary>The property of a call that is asked about, in <see cref="AIContent.AdditionalProperties"/>, where it is not one of the model's own: the id of the model's call that has led to it.</summary>
    public const string WithinKey = "mesh.within";

    /// <summary>A loop around a model.</summary>
    /// <param name="model">The model, decorated as you like; it stays its owner's.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options limit money and have no prices.</exception>
    public ToolLoop(IChatClient model, ToolLoopOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Options = options ?? ToolLoopOptions.Default;
        if (Options is { MaxCost: not null, Prices: null })
        {
            throw new ArgumentException($"{nameof(ToolLoopOptions)}.{nameof(ToolLoopOptions.MaxCost)} takes {nameof(ToolLoopOptions.Prices)}.", nameof(options));
        }

        Model = model;
        Source = new ModelSource(model, Options.EmitTelemetry);
    }

    /// <summary>The model.</summary>
    public IChatClient Model { get; }

    /// <summary>The limits.</summary>
    public ToolLoopOptions Options { get; }

    internal ModelSource Source { get; }

    /// <summary>
    /// Runs one turn, and streams it: what the model says as it says it, <see cref="ToolProgressContent"/> while tools run,
    /// <see cref="ToolApprovalRequestContent"/> and <see cref="ToolApprovalResponseContent"/> around what somebody is asked about, and a message
    /// of the role tool with the results of each answer's calls. Cold: the turn begins when the stream is first read, and each reading is a turn
    /// of its own. Who stops reading cancels the calls that run.
    /// </summary>
    /// <param name="functions">What the model may use.</param>
    /// <param name="messages">The messages so far; the turn adds its own. Nobody else may change it meanwhile.</param>
    /// <param name="options">Options for the model; null for none. They are copied. Their tools are those that the provider runs itself, such as hosted
    /// MCP servers, which are passed on untouched; the functions are added. Their instructions come first, the rules of the toolkits then.</param>
    /// <param name="cancellationToken">Cancels the turn; reading then throws <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">A tool among the options would be invoked here, and not by the provider: offer it in the room
    /// (<c>AsTool</c>).</exception>
    /// <exception cref="MeshException">Thrown while reading. A limit is reached (<see cref="MeshErrorCode.BudgetExceeded"/>,
    /// <see cref="MeshErrorCode.DeadlineExceeded"/>); the model repeated a malformed call; it, or its provider, failed
    /// (<see cref="MeshErrorCode.Unavailable"/>, <see cref="MeshErrorCode.Overloaded"/>, <see cref="MeshErrorCode.DeadlineExceeded"/>; the inner exception
    /// is the client's); its answer was filtered (<c>content_filtered</c>); it refuses (<c>model_refused</c>).</exception>
    public IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        RoomFunctions functions, IList<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Check(functions, messages, options);
        return new TurnStream(this, functions, messages, options, cancellationToken);
    }

    /// <summary>Runs one turn without anybody watching, and gives what it added: its messages, and the usage of all its requests.</summary>
    /// <inheritdoc cref="StreamAsync"/>
    public Task<ChatResponse> RunAsync(
        RoomFunctions functions, IList<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Check(functions, messages, options);
        return RunTurnAsync(functions, messages, options, cancellationToken);
    }

    private static void Check(RoomFunctions functions, IList<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(messages);
        TurnOptions.Check(options);
    }

    private async Task<ChatResponse> RunTurnAsync(
        RoomFunctions functions, IList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var turn = new Turn(this, functions, messages, options, isWatched: false);
        await foreach (var update in turn.RunAsync(cancellationToken).ConfigureAwait(false))
        {
            _ = update;
        }

        return turn.ToResponse();
    }

    /// <summary>Each reading is a turn of its own, which its reader reads itself.</summary>
    private sealed class TurnStream(ToolLoop loop, RoomFunctions functions, IList<ChatMessage> messages, ChatOptions? options, CancellationToken given)
        : IAsyncEnumerable<ChatResponseUpdate>
    {
        public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
            new Turn(loop, functions, messages, options, isWatched: true).RunAsync(given).GetAsyncEnumerator(cancellationToken);
    }
}
