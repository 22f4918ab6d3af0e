namespace Mesh.Agents;

/// <summary>One message of a thread that a <see cref="ChatBot"/> deals with: what it decides by, and answers from.</summary>
public sealed class ChatTurn
{
    internal ChatTurn(AgentCallContext context, string thread, ThreadEntry message, AgentChatContext chat, IReadOnlyList<string> people)
    {
        Context = context;
        Thread = thread;
        Message = message;
        Chat = chat;
        People = people;
    }

    /// <summary>The call that the message came with: its <see cref="AgentCallContext.Caller"/> is who wrote it, and what is called is called for them.</summary>
    public AgentCallContext Context { get; }

    /// <summary>The thread.</summary>
    public string Thread { get; }

    /// <summary>The message.</summary>
    public ThreadEntry Message { get; }

    /// <summary>What the model is sent: what was said since the thread was cleared, up to the message.</summary>
    public AgentChatContext Chat { get; }

    /// <summary>Who has written into the thread since it was cleared, the author of this message among them; the agent itself is not.</summary>
    public IReadOnlyList<string> People { get; }
}
