using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>An agent as a model.</summary>
internal sealed class AgentChatClient : IChatClient
{
    private readonly RoomClient _room;
    private readonly AgentAddress _agent;
    private readonly bool _streams;
    private readonly string _input;
    private readonly ChatClientMetadata _metadata;

    public AgentChatClient(RoomClient room, AgentInfo agent)
    {
        _room = room;
        _agent = agent.Address;
        _streams = agent.Contract.Streams;
        _input = InputOf(agent.Contract);
        _metadata = new("mesh", null, agent.Name);
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        string text = messages.LastOrDefault()?.Text ?? "";
        return StreamAsync(JsonPayload.FromElement(JsonElement.Parse(new JsonObject { [_input] = text }.ToJsonString())), cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(JsonPayload input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_streams)
        {
            await foreach (var frame in _room.Agents.StreamAsync(_agent, input, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                switch (frame)
                {
                    case ChunkFrame chunk:
                        yield return Update(TextOf(chunk.Item));
                        break;
                    case ErrorFrame error:
                        throw new MeshException(error.Error);
                    default:
                        break;
                }
            }
        }
        else
        {
            var outcome = await _room.Agents.TryAskAsync(_agent, input, cancellationToken: cancellationToken).ConfigureAwait(false);
            foreach (var part in outcome.GetResult(cancellationToken).Parts)
            {
                yield return Update(TextOf(part));
            }
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, []) { FinishReason = ChatFinishReason.Stop, ModelId = _agent.Name };
    }

    private ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content]) { ModelId = _agent.Name };

    private static AIContent TextOf(ContentPart part) =>
        part is JsonPart json && json.Value.ToElement() is { ValueKind: JsonValueKind.String } text ? new TextContent(text.GetString()) : FunctionResults.ToContent(part, int.MaxValue);

    private static string InputOf(AgentContract contract)
    {
        if (contract.IsInvocable && contract.InputSchema.ValueKind == JsonValueKind.Object
            && contract.InputSchema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
        {
            string[] texts = [.. properties.EnumerateObject().Where(each => IsText(each.Value)).Select(each => each.Name)];
            string[] required = contract.InputSchema.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array
                ? [.. names.EnumerateArray().Select(name => name.GetString()!)] : [];
            if (texts.Length == 1 && required.All(name => name == texts[0]))
            {
                return texts[0];
            }
        }

        throw new MeshException(contract.IsInvocable
            ? new MeshError(MeshErrorCode.InvalidDefinition, $"Agent '{contract.Name}' takes something else than one text, and cannot be talked to as a model.") { Remedy = "Ask it by room.Agents." }
            : new MeshError(MeshErrorCode.NotInvocable, $"Agent '{contract.Name}' cannot be asked."));
    }

    private static bool IsText(JsonElement schema) => schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("string"u8);
}
