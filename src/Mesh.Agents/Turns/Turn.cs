using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>One turn of a <see cref="ToolLoop"/>: used once, by one reader.</summary>
internal sealed class Turn
{
    private readonly List<ChatResponseUpdate> _answer = [];
    private readonly List<ChatMessage> _added = [];
    private readonly TurnContext _context;
    private readonly ChatOptions _chatOptions;
    private readonly bool _isWatched;
    private AnswerCalls? _calls;
    private HashSet<string>? _malformed;
    private UsageDetails? _usage;
    private (long Read, long Written) _reckoned;
    private ChatResponse? _last;
    private int _iterations;
    private int _callsMade;

    public Turn(ToolLoop loop, RoomFunctions functions, IList<ChatMessage> messages, ChatOptions? options, bool isWatched)
    {
        Loop = loop;
        Functions = functions;
        _context = new(loop.Options, messages);
        _chatOptions = TurnOptions.Of(options, functions);
        _isWatched = isWatched;
        CallOptions = loop.Options.CallTimeout is { } timeout ? new() { Timeout = timeout } : null;
    }

    public ToolLoop Loop { get; }

    public RoomFunctions Functions { get; }

    public CallOptions? CallOptions { get; }

    /// <summary>Why the turn ends after the calls of this answer; null while it may go on.</summary>
    public MeshError? Stop { get; set; }

    /// <summary>What the answer that is being read has used so far.</summary>
    public UsageDetails UsageSoFar => TokenEstimate.OfCutOff(_answer, _context.EstimateTokens());

    public async IAsyncEnumerable<ChatResponseUpdate> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var end = TurnEnd.Of(Loop.Options.TimeLimit, _isWatched, Functions.Room, cancellationToken);
        var spending = new TurnSpending(Loop, _chatOptions);
        _context.Mend();
        try
        {
            while (true)
            {
                Limit(spending);
                await _context.ReduceAsync(end).ConfigureAwait(false);
                var request = await ModelRequest.BeginAsync(this, spending, _context, _chatOptions, end).ConfigureAwait(false);
                try
                {
                    while (await request.MoveNextAsync().ConfigureAwait(false))
                    {
                        _answer.Add(request.Current);
                        if (_isWatched)
                        {
                            yield return request.Current;
                        }
                    }

                    TakeAnswer(isWhole: true);
                    await request.SettleAsync(TokenEstimate.Complete(_last!.Usage, _reckoned.Read, _reckoned.Written), _last.ModelId).ConfigureAwait(false);
                }
                finally
                {
                    await request.DisposeAsync().ConfigureAwait(false);
                }

                // What a filter has stopped is not acted upon.
                if (_calls is null || _last.FinishReason == ChatFinishReason.ContentFilter)
                {
                    break;
                }

                if (_isWatched)
                {
                    await foreach (var update in _calls.WatchAsync(end.Token).ConfigureAwait(false))
                    {
                        yield return update;
                    }
                }
                else
                {
                    await _calls.RunAsync(end.Token).ConfigureAwait(false);
                }

                end.ThrowIfOver();
                var results = TakeResults();
                if (_isWatched)
                {
                    yield return new ChatResponseUpdate(ChatRole.Tool, results.Contents) { MessageId = results.MessageId };
                }

                if (Stop is { } stop)
                {
                    throw new MeshException(stop);
                }

                if (_chatOptions.ToolMode is RequiredChatToolMode)
                {
                    // It has made the call; required of every answer, there would be none without calls.
                    _chatOptions.ToolMode = null;
                }
            }
        }
        finally
        {
            await CloseAsync(end).ConfigureAwait(false);
        }

        if (_last.FinishReason == ChatFinishReason.ContentFilter)
        {
            throw new MeshException(TurnErrors.Filtered(Loop.Source));
        }

        if (_last.Messages.Count > 0 && _last.Text.Length == 0 && _last.Messages.SelectMany(message => message.Contents).OfType<ErrorContent>().FirstOrDefault() is { } error)
        {
            throw new MeshException(TurnErrors.Failed(Loop.Source, error));
        }
    }

    /// <summary>What the turn has added.</summary>
    public ChatResponse ToResponse() => new(_added)
    {
        Usage = _usage,
        FinishReason = _last?.FinishReason,
        ModelId = _last?.ModelId,
        ResponseId = _last?.ResponseId,
        ConversationId = _last?.ConversationId,
        CreatedAt = _last?.CreatedAt,
    };

    /// <summary>Takes one call of those that the turn may make.</summary>
    public bool TryTakeCall() => _callsMade < Loop.Options.MaxCalls && ++_callsMade > 0;

    /// <summary>A call that cannot be made as it stands: asked for in the same way again, it ends the turn.</summary>
    public void TakeMalformed(FunctionCallContent call, MeshError error)
    {
        string key = $"{call.Name}\n{(call.Exception is null ? FunctionArguments.ToText(call.Arguments) : "")}";
        lock (_context)
        {
            if (!(_malformed ??= new(StringComparer.Ordinal)).Add(key))
            {
                Stop ??= TurnErrors.Repeated(call, error);
            }
        }
    }

    private void Limit(TurnSpending spending)
    {
        if (++_iterations > Loop.Options.MaxIterations)
        {
            throw new MeshException(TurnErrors.TooManyIterations(Loop.Options.MaxIterations));
        }

        spending.Limit();
    }

    /// <summary>What the model has said becomes messages; the calls that it wants are to be made.</summary>
    private void TakeAnswer(bool isWhole)
    {
        var response = _answer.ToChatResponse();
        _answer.Clear();
        _last = response;
        AddUsage(response.Usage);
        if (response.Usage is not { InputTokenCount: not null, OutputTokenCount: not null })
        {
            // Before the answer is among what was sent.
            _reckoned = (_context.EstimateTokens(), TokenEstimate.Of(response.Messages));
        }

        _context.TakeUsage(response.Usage);
        List<FunctionCallContent>? calls = null;
        HashSet<string>? answered = null;
        foreach (var message in response.Messages)
        {
            var contents = message.Contents;
            for (int i = 0; i < contents.Count; i++)
            {
                var content = contents[i];
                if (content is FunctionCallContent { InformationalOnly: false } call)
                {
                    (calls ??= new(contents.Count)).Add(call);
                }
                else if (content is FunctionResultContent { CallId: { } id })
                {
                    (answered ??= new(StringComparer.Ordinal)).Add(id);
                }
            }

            if (!isWhole || response.FinishReason == ChatFinishReason.Length)
            {
                (message.AdditionalProperties ??= [])[ToolLoop.InterruptedKey] = true;
            }

            if (contents.Count > 0)
            {
                Add(message);
            }
        }

        // The client, or the provider, has made some of them itself.
        if (answered is not null)
        {
            calls?.RemoveAll(call => answered.Contains(call.CallId));
        }

        _calls = calls is { Count: > 0 } ? new(this, calls) : null;
        if (response.ConversationId is { } conversation)
        {
            _chatOptions.ConversationId = conversation;
            _context.LeaveToProvider();
        }
    }

    private void AddUsage(UsageDetails? usage)
    {
        if (usage is null || _usage is null)
        {
            _usage ??= usage;
            return;
        }

        // The first is the client's own object, and stays as it was.
        var sum = new UsageDetails();
        sum.Add(_usage);
        sum.Add(usage);
        _usage = sum;
    }

    private ChatMessage TakeResults()
    {
        var results = new ChatMessage(ChatRole.Tool, _calls!.Results);
        _calls = null;
        Add(results);
        return results;
    }

    private void Add(ChatMessage message)
    {
        _added.Add(message);
        _context.Add(message);
    }

    /// <summary>Nothing is left open, whatever ended the turn: what was said is kept, and what was called has a result.</summary>
    private async ValueTask CloseAsync(TurnEnd end)
    {
        if (_answer.Count > 0)
        {
            TakeAnswer(isWhole: false);
        }

        if (_calls is { } calls)
        {
            end.Cancel();
            await calls.CloseAsync().ConfigureAwait(false);
            TakeResults();
        }
    }
}
