using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>An agent as a model.</summary>
internal sealed class AgentChatClient : IChatClient
{
    private readonly RoomClient _room;
    private readonly AgentAddress _agent;
    private readonly AgentConversation _conversation;
    private readonly ChatClientMetadata _metadata;

    public AgentChatClient(RoomClient room, AgentInfo agent)
    {
        _room = room;
        _agent = agent.Address;
        _conversation = AgentConversation.With(agent.Contract);
        _metadata = new("mesh", null, agent.Name);
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(messages, options, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var frame in _room.Agents.StreamAsync(_agent, _conversation.ToInput(messages, options), cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            switch (frame)
            {
                case ChunkFrame chunk:
                    yield return Update(TextOf(chunk.Item));
                    break;
                case ContentFrame content:
                    yield return Update(TextOf(content.Part));
                    break;
                case ResultFrame result:
                    foreach (var update in End(result))
                    {
                        yield return update;
                    }

                    break;
                case ErrorFrame error:
                    throw new MeshException(error.Error);
                default:
                    break;
            }
        }
    }

    private IEnumerable<ChatResponseUpdate> End(ResultFrame result)
    {
        string? thread = null;
        if (_conversation.IsKept && result.Response is JsonResponse json && json.Value.ToElement() is { ValueKind: JsonValueKind.Object } answer)
        {
            // A ChatAnswer, or that of an agent of other making, which is asked in the same way.
            thread = StringOf(answer, "thread");
            yield return Update(new TextContent(StringOf(answer, "text")));
        }
        else
        {
            foreach (var part in result.Response.Parts)
            {
                yield return Update(TextOf(part));
            }
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, result.Usage is { } usage ? [new UsageContent(DetailsOf(usage))] : [])
        {
            FinishReason = ChatFinishReason.Stop,
            ModelId = _agent.Name,
            ConversationId = thread,
        };
    }

    private ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content]) { ModelId = _agent.Name };

    private static AIContent TextOf(ContentPart part) =>
        part is JsonPart json && json.Value.ToElement() is { ValueKind: JsonValueKind.String } text ? new TextContent(text.GetString()) : FunctionResults.ToContent(part, int.MaxValue);

    private static string? StringOf(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static UsageDetails DetailsOf(CallUsage usage) =>
        new() { InputTokenCount = usage.InputTokens, OutputTokenCount = usage.OutputTokens, TotalTokenCount = usage.InputTokens + usage.OutputTokens };
}
