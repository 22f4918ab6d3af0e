using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// A worker that lets a model deal with the messages of a queue, with its own toolkits and those that it requires. A turn that ends with an answer
/// acknowledges the message; one that fails gives it back, as <see cref="QueueWorker"/> says. Use it as it is, or derive from it for another prompt, or for
/// what is to be done with the answer.
/// </summary>
public class LlmQueueWorker : QueueWorker
{
    private readonly ToolLoop _loop;

    /// <summary>A worker of a model.</summary>
    /// <param name="name">The name: 1 to 64 letters, digits, <c>_</c> and <c>-</c>, in segments divided by dots.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="model">The model; it stays its owner's.</param>
    /// <param name="messageSchema">The JSON Schema of the messages' bodies; null for any.</param>
    /// <param name="options">What the worker says of itself; null for the defaults.</param>
    /// <param name="loop">Limits of a turn; null for the defaults.</param>
    /// <exception cref="MeshException">The name or an option is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public LlmQueueWorker(
        string name, string queue, IChatClient model, JsonElement? messageSchema = null, AgentOptions? options = null, ToolLoopOptions? loop = null)
        : base(name, queue, messageSchema, options) => _loop = new(model, loop);

    /// <summary>What the model is told at the beginning, one rule each; none by default. The rules of the toolkits that it may use follow.</summary>
    public IReadOnlyList<string> Rules { get; init => field = [.. value ?? []]; } = [];

    /// <summary>Options for the model, such as its name or temperature; null, the default, for none. They are copied for each message.</summary>
    public ChatOptions? ChatOptions { get; init; }

    /// <summary>What the model is asked. By default the body: a JSON string as the text that it is, anything else as JSON.</summary>
    /// <param name="context">The call.</param>
    /// <param name="message">The message.</param>
    protected virtual ValueTask<IReadOnlyList<ChatMessage>> CreateMessagesAsync(AgentCallContext context, QueueMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var body = message.Body.ToElement();
        return new([new ChatMessage(ChatRole.User, body.ValueKind == JsonValueKind.String ? body.GetString() : body.GetRawText())]);
    }

    /// <summary>What is done with the answer, before the message is acknowledged. By default nothing: what the model did with its tools was the work.</summary>
    /// <param name="context">The call.</param>
    /// <param name="message">The message.</param>
    /// <param name="answer">What the turn added. All that the model was sent is in the <see cref="AgentChatContext"/> of the call's <see cref="AgentCallContext.Features"/>.</param>
    protected virtual ValueTask OnAnswerAsync(AgentCallContext context, QueueMessage message, ChatResponse answer) => default;

    /// <inheritdoc/>
    protected sealed override async ValueTask ProcessAsync(AgentCallContext context, QueueMessage message)
    {
        ArgumentNullException.ThrowIfNull(context);
        await OwnFailures.TellAsync(async () =>
        {
            var functions = await RoomFunctions.OfAsync(context).ConfigureAwait(false);
            var messages = LlmPrompt.Share(context, await CreateMessagesAsync(context, message).ConfigureAwait(false), Rules);
            var answer = await _loop.RunAsync(functions, messages, LlmPrompt.OptionsOf(ChatOptions, Rules), context.CancellationToken).ConfigureAwait(false);
            await OnAnswerAsync(context, message, answer).ConfigureAwait(false);
            return answer;
        }).ConfigureAwait(false);
    }
}
