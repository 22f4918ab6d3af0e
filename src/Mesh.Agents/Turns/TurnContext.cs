using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// The messages of a turn: those of the caller, and what of them the model is sent. The same list until a reducer has made
/// another, or the provider keeps the conversation itself.
/// </summary>
internal sealed class TurnContext(ToolLoopOptions options, IList<ChatMessage> messages)
{
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
            _tokens += TokenEstimate.Of(sent[_counted]);
        }

        return _tokens;
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
}
