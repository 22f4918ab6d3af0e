using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// What a model is sent of a conversation: messages, rules, and whatever else belongs to it. It is put beside the call of an agent, where
/// <c>context.Features.Get&lt;AgentChatContext&gt;()</c> finds it, and can be written as JSON and read again, to go on later or elsewhere.
/// Not thread-safe: it belongs to one turn at a time.
/// </summary>
/// <param name="messages">The messages; null for none. They are taken over into a list of its own.</param>
public sealed class AgentChatContext(IEnumerable<ChatMessage>? messages = null)
{
    /// <summary>The thread that it was read from; null for none.</summary>
    public string? Thread { get; init; }

    /// <summary>The messages, the oldest first. A turn adds its own.</summary>
    public IList<ChatMessage> Messages { get; private set; } = [.. messages ?? []];

    /// <summary>What the model is told at the beginning, one rule each.</summary>
    public IList<string> Rules { get; } = [];

    /// <summary>What else belongs to the conversation; for the agent's code, not for the model.</summary>
    public JsonObject Metadata { get; private init; } = [];

    /// <summary>How many tokens the messages have, about: four characters each.</summary>
    public long EstimateTokens() => TokenEstimate.Of(Messages);

    /// <summary>Makes the messages fewer where they are many. Calls and results that have lost each other are left out.</summary>
    /// <param name="reducer">What makes them fewer.</param>
    /// <param name="maxTokens">How many tokens they may have before anything is done, as <see cref="EstimateTokens"/> has it; at least 0.</param>
    /// <param name="cancellationToken">Cancels it; then nothing has changed.</param>
    /// <returns>Whether anything was done.</returns>
    /// <exception cref="InvalidOperationException">The reducer gave null. What it throws itself comes as it is; then nothing has changed.</exception>
    public async ValueTask<bool> ReduceAsync(IChatReducer reducer, long maxTokens, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reducer);
        ArgumentOutOfRangeException.ThrowIfNegative(maxTokens);
        if (EstimateTokens() <= maxTokens)
        {
            return false;
        }

        Messages = await Reducing.ReduceAsync(reducer, Messages, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>The context as JSON: <c>{"thread":…,"rules":[…],"messages":[…],"metadata":{…}}</c>, the messages as the abstractions write them.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (Thread is not null)
            {
                json.WriteString("thread", Thread);
            }

            json.WriteStartArray("rules");
            foreach (string rule in Rules)
            {
                json.WriteStringValue(rule);
            }

            json.WriteEndArray();
            json.WriteStartArray("messages");
            foreach (var message in Messages)
            {
                ThreadMessages.ToJson(message).WriteTo(json);
            }

            json.WriteEndArray();
            json.WritePropertyName("metadata");
            Metadata.WriteTo(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>Reads what <see cref="ToJson"/> has written.</summary>
    /// <param name="json">The JSON.</param>
    /// <exception cref="MeshException">It is none, or not of that form (<see cref="MeshErrorCode.InvalidArguments"/>; the message says where).</exception>
    public static AgentChatContext FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var root = document.RootElement;
            var context = new AgentChatContext(root.GetProperty("messages").EnumerateArray()
                .Select(message => message.Deserialize(ThreadMessages.Type) ?? throw new JsonException("A message is null.")))
            {
                Thread = root.TryGetProperty("thread", out var thread) ? thread.GetString() : null,
                Metadata = root.TryGetProperty("metadata", out var metadata) ? JsonObject.Create(metadata.Clone())! : [],
            };
            foreach (var rule in root.GetProperty("rules").EnumerateArray())
            {
                context.Rules.Add(rule.GetString() ?? throw new JsonException("A rule is null."));
            }

            return context;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or NotSupportedException)
        {
            throw new MeshException(new MeshError(MeshErrorCode.InvalidArguments, $"This is not the JSON of a chat context: {exception.Message}")
            {
                Remedy = "Give what AgentChatContext.ToJson has written.",
            }, exception);
        }
    }
}
