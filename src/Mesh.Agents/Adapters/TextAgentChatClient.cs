using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>An agent that takes one text as a model.</summary>
internal sealed class TextAgentChatClient(RoomClient room, AgentInfo agent) : AgentChatClient(agent)
{
    private readonly string _text = AgentConversation.TextPropertyOf(agent.Contract);

    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        List<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var frame in room.Agents.StreamAsync(Agent, InputOf(messages, options), cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            switch (frame)
            {
                case ChunkFrame chunk:
                    yield return Update(ContentOf(chunk.Item));
                    break;
                case ContentFrame content:
                    yield return Update(ContentOf(content.Part));
                    break;
                case ResultFrame result:
                    foreach (var part in result.Response.Parts)
                    {
                        yield return Update(ContentOf(part));
                    }

                    yield return End(result.Usage?.InputTokens, result.Usage?.OutputTokens);
                    break;
                case ErrorFrame error:
                    throw new MeshException(error.Error);
                default:
                    break;
            }
        }
    }

    private JsonPayload InputOf(List<ChatMessage> messages, ChatOptions? options) => AgentConversation.FilesOf(messages) is [var file, ..]
        ? throw new MeshException(new MeshError(MeshErrorCode.InvalidArguments, $"Agent '{Agent.Name}' takes text alone, and not '{file.MediaType}'.")
        {
            Remedy = "Leave the files out, or ask an agent that takes them, such as a ChatBot.",
        })
        : JsonPayload.FromElement(JsonElement.Parse(new JsonObject { [_text] = AgentConversation.TextOf(messages, options) }.ToJsonString()));

    private static AIContent ContentOf(ContentPart part) =>
        part is JsonPart json && json.Value.ToElement() is { ValueKind: JsonValueKind.String } text ? new TextContent(text.GetString()) : FunctionResults.ToContent(part, int.MaxValue);
}
