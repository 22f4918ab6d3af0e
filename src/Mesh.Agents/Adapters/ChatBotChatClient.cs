using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>A <see cref="ChatBot"/> as a model, whose threads are the conversations that it keeps.</summary>
internal sealed class ChatBotChatClient(RoomClient room, AgentInfo agent) : AgentChatClient(agent)
{
    private readonly ChatBotClient _chat = room.ChatWith(agent.Address);

    protected override async Task<ChatResponse> AskAsync(List<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var answer = await _chat.SendAsync(InputOf(messages, options), null, cancellationToken).ConfigureAwait(false);
        return new[] { Update(new TextContent(answer.Text)), End(answer) }.ToChatResponse();
    }

    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        List<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var input = InputOf(messages, options);
        var events = _chat.StreamAsync(input, null, cancellationToken).GetAsyncEnumerator(CancellationToken.None);
        await using var reading = events.ConfigureAwait(false);
        if (await CanFollowAsync(events).ConfigureAwait(false))
        {
            do
            {
                if (events.Current is { Kind: ChatEventKinds.Text } text)
                {
                    yield return Piece(text, new TextContent(text.Text));
                }
                else if (events.Current is { Kind: ChatEventKinds.Reasoning } reasoning)
                {
                    yield return Piece(reasoning, new TextReasoningContent(reasoning.Text));
                }
                else if (events.Current.Answer is { } answer)
                {
                    yield return End(answer);
                }
            }
            while (await events.MoveNextAsync().ConfigureAwait(false));
        }
        else
        {
            var answer = await _chat.SendAsync(input, null, cancellationToken).ConfigureAwait(false);
            yield return Update(new TextContent(answer.Text));
            yield return End(answer);
        }
    }

    /// <summary>Begins, unless the threads of the agent may not be watched: then nothing has been said.</summary>
    private static async ValueTask<bool> CanFollowAsync(IAsyncEnumerator<ChatEvent> events)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.NotGranted)
        {
            return false;
        }
    }

    private static ChatInput InputOf(List<ChatMessage> messages, ChatOptions? options) => new(AgentConversation.TextOf(messages, options))
    {
        Thread = options?.ConversationId,
        Attachments = AgentConversation.FilesOf(messages) is { Length: > 0 } files ? files : null,
    };

    private ChatResponseUpdate Piece(ChatEvent piece, AIContent content)
    {
        var update = Update(content);
        update.MessageId = piece.MessageId;
        return update;
    }

    private ChatResponseUpdate End(ChatAnswer answer)
    {
        var end = End(answer.InputTokens, answer.OutputTokens);
        end.ConversationId = answer.Thread;
        return end;
    }
}
