using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>An agent as a model, however it is asked.</summary>
internal abstract class AgentChatClient(AgentInfo agent) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new("mesh", null, agent.Name);

    protected AgentAddress Agent { get; } = agent.Address;

    /// <exception cref="MeshException">The agent is not asked, or takes something else than a conversation.</exception>
    public static AgentChatClient Of(RoomClient room, AgentInfo agent) =>
        !agent.Contract.IsInvocable ? throw new MeshException(new MeshError(MeshErrorCode.NotInvocable, $"Agent '{agent.Name}' cannot be asked.") { Remedy = "Choose a responder, a streamer or a trigger." })
        : AgentConversation.IsWithChatBot(agent.Contract) ? new ChatBotChatClient(room, agent)
        : new TextAgentChatClient(room, agent);

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return AskAsync([.. messages], options, cancellationToken);
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync([.. messages], options, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    protected abstract IAsyncEnumerable<ChatResponseUpdate> StreamAsync(List<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken);

    protected virtual Task<ChatResponse> AskAsync(List<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        StreamAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    protected ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content]) { ModelId = Agent.Name };

    /// <summary>The last update: that it is whole, and what it has used.</summary>
    protected ChatResponseUpdate End(long? read, long? written) => new(
        ChatRole.Assistant,
        read is null && written is null ? [] : [new UsageContent(new UsageDetails { InputTokenCount = read, OutputTokenCount = written, TotalTokenCount = (read ?? 0) + (written ?? 0) })])
    {
        FinishReason = ChatFinishReason.Stop,
        ModelId = Agent.Name,
    };
}
