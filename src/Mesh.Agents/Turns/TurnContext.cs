using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// The messages of a turn: those of the caller, and what of them the model is sent. The same list until a reducer has made
/// another, or the provider keeps the conversation itself.
/// </summary>
internal sealed class TurnContext(ToolLoopOptions options, IList<ChatMessage> messages)
{
    private const int CharactersPerToken = 4;

    private List<ChatMessage>? _sent;

    // The tokens of everything up to _counted, by the last answer's usage where there is one.
    private long _tokens;
    private int _counted;

    /// <summary>What the model is sent. Nothing is added to it while it answers.</summary>
    public IEnumerable<ChatMessage> Sent => _sent ?? messages;

    /// <summary>Gives the calls of a turn that was cut off, by a crash, say, the results that they lack.</summary>
    public void Mend() => CutOffCalls.Mend(messages);

    public void Add(ChatMessage message)
    {
        messages.Add(message);
        _sent?.Add(message);
    }

    /// <summary>The provider remembers what it was sent and has said: from now on it is sent only what is new.</summary>
    public void LeaveToProvider()
    {
        _sent = [];
        _counted = 0;
    }

    /// <summary>How many tokens the context has, as far as that is known.</summary>
    public long EstimateTokens()
    {
        var sent = (IList<ChatMessage>?)_sent ?? messages;
        for (; _counted < sent.Count; _counted++)
        {
            _tokens += LengthOf(sent[_counted]) / CharactersPerToken;
        }

        return _tokens;
    }

    /// <summary>How many tokens a text has, about.</summary>
    public static long EstimateTokens(IEnumerable<ChatResponseUpdate> answer) =>
        answer.Sum(static update => update.Contents.Sum(LengthOf)) / CharactersPerToken;

    /// <summary>How many tokens messages have, about.</summary>
    public static long EstimateTokens(IList<ChatMessage> messages)
    {
        long length = 0;
        for (int i = 0; i < messages.Count; i++)
        {
            length += LengthOf(messages[i]);
        }

        return length / CharactersPerToken;
    }

    /// <summary>Takes over what the provider has counted: everything that it was sent and has said so far, which is in the list by then or added next.</summary>
    public void TakeUsage(UsageDetails? usage)
    {
        if (usage is { InputTokenCount: { } read and > 0 })
        {
            _tokens = read;
            _counted = ((IList<ChatMessage>?)_sent ?? messages).Count;
        }
    }

    /// <summary>Makes the context shorter where it is about to fill the model's window.</summary>
    public async ValueTask ReduceAsync(TurnEnd end)
    {
        if (options is not { Reducer: { } reducer, MaxContextTokens: { } most } || EstimateTokens() < most * options.ReduceAt)
        {
            return;
        }

        _sent = await ReduceAsync(reducer, end).ConfigureAwait(false);
        _tokens = 0;
        _counted = 0;
    }

    private async ValueTask<List<ChatMessage>> ReduceAsync(IChatReducer reducer, TurnEnd end)
    {
        try
        {
            return await Reducing.ReduceAsync(reducer, Sent, end.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not MeshException)
        {
            // Many of them ask a model, which may fail like that of the turn.
            end.ThrowIfOver();
            throw new MeshException(TurnErrors.NotReduced(exception, options.FailureOf), exception);
        }
    }

    private static long LengthOf(ChatMessage message)
    {
        long length = 4 * CharactersPerToken;
        var contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            length += LengthOf(contents[i]);
        }

        return length;
    }

    private static long LengthOf(AIContent content) => content switch
    {
        TextContent text => text.Text.Length,
        TextReasoningContent reasoning => reasoning.Text.Length,
        FunctionCallContent call => call.Name.Length + LengthOf(call.Arguments),
        FunctionResultContent result => LengthOf(result.Result),
        DataContent data => data.Data.Length,
        _ => 0,
    };

    private static long LengthOf(IDictionary<string, object?>? arguments)
    {
        long length = 0;
        if (arguments is Dictionary<string, object?> dictionary)
        {
            // What clients give; its enumerator is no object.
            foreach (var (name, value) in dictionary)
            {
                length += name.Length + LengthOf(value);
            }
        }
        else if (arguments is not null)
        {
            length = arguments.Sum(static each => each.Key.Length + LengthOf(each.Value));
        }

        return length;
    }

    private static long LengthOf(object? value) => value switch
    {
        null => 4,
        string text => text.Length,
        JsonElement { ValueKind: not JsonValueKind.Undefined } element => JsonMarshal.GetRawUtf8Value(element).Length,
        IEnumerable<AIContent> contents => contents.Sum(LengthOf),
        _ => 16,
    };
}
