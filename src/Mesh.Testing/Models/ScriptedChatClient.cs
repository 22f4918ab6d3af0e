using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Mesh.Testing;

/// <summary>
/// A model that follows a script: no network, no key, the same answers every time. A request that the script does not expect
/// fails with a <see cref="ScriptMismatchException"/> that says what was expected and what came; since an agent may make
/// something else of that failure, end a test with <see cref="AssertFinished"/>. Thread-safe: requests are given their
/// turns in the order in which they come.
/// </summary>
/// <example><code>
/// var model = new ScriptedChatClient(
///     ScriptedTurn.Calls("weather_forecast", """{"city":"Oslo"}"""),
///     ScriptedTurn.Says("It is sunny.").ExpectingResult("sun"));
/// …
/// model.AssertFinished();
/// </code></example>
public sealed class ScriptedChatClient : IChatClient
{
    private readonly Lock _gate = new();
    private readonly Queue<ScriptedTurn> _turns;
    private readonly Func<ScriptedRequest, ScriptedTurn>? _answer;
    private readonly List<ScriptedRequest> _requests = [];
    private ScriptMismatchException? _mismatch;
    private int _calls;

    /// <summary>A model that answers with these turns, one for each request.</summary>
    /// <param name="turns">The turns, in order. A request beyond them is a mismatch.</param>
    public ScriptedChatClient(params IEnumerable<ScriptedTurn> turns) => _turns = new(turns ?? throw new ArgumentNullException(nameof(turns)));

    private ScriptedChatClient(Func<ScriptedRequest, ScriptedTurn> answer)
    {
        _turns = [];
        _answer = answer;
    }

    /// <summary>A model that answers any number of requests as a function says.</summary>
    /// <param name="answer">The answer to a request; may be called for several at once.</param>
    /// <param name="clock">The clock of its pauses, as <see cref="Clock"/>; null for the system's.</param>
    public static ScriptedChatClient Answering(Func<ScriptedRequest, ScriptedTurn> answer, TimeProvider? clock = null) =>
        new(answer ?? throw new ArgumentNullException(nameof(answer))) { Clock = clock ?? TimeProvider.System };

    /// <summary>The clock of its pauses: that of the host, so that a test moves both at once. The system's by default.</summary>
    public TimeProvider Clock { get; init => field = value ?? TimeProvider.System; } = TimeProvider.System;

    /// <summary>What it says of itself: provider <c>scripted</c>, model <c>scripted-model</c> by default.</summary>
    public ChatClientMetadata Metadata { get; init; } = new("scripted", null, "scripted-model");

    /// <summary>The requests that have come, in order.</summary>
    public IReadOnlyList<ScriptedRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>How many turns are left.</summary>
    public int Remaining
    {
        get
        {
            lock (_gate)
            {
                return _turns.Count;
            }
        }
    }

    /// <summary>Checks that every turn was asked for, and nothing else.</summary>
    /// <exception cref="ScriptMismatchException">A request was not what the script expects, or turns are left.</exception>
    public void AssertFinished()
    {
        lock (_gate)
        {
            if (_mismatch is not null)
            {
                throw new ScriptMismatchException(_mismatch.Message, _mismatch);
            }

            if (_turns.Count > 0)
            {
                throw new ScriptMismatchException($"The model was asked {_requests.Count} times, and {_turns.Count} more were expected. The last request:\n{(_requests.Count == 0 ? "(none)" : _requests[^1])}");
            }
        }
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(messages, options, cancellationToken);
    }

    /// <summary>Itself, or its <see cref="Metadata"/>.</summary>
    /// <param name="serviceType">What is asked for.</param>
    /// <param name="serviceKey">A key; nothing is found under one.</param>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? Metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Does nothing: it holds nothing.</summary>
    public void Dispose()
    {
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (request, turn) = Take(messages, options);
        string id = $"response-{request.Number}";
        bool calls = false;
        foreach (var step in turn.Steps)
        {
            if (step.Failure is not null)
            {
                throw step.Failure;
            }

            if (step.Content is null)
            {
                await Task.Delay(step.Pause, Clock, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var content = step.Content(NextCall(step));
            calls |= content is FunctionCallContent;
            yield return Update(content);
        }

        yield return Update(null);

        ChatResponseUpdate Update(AIContent? content) => new(ChatRole.Assistant, content is null ? [] : [content])
        {
            ResponseId = id,
            MessageId = id,
            ModelId = options?.ModelId ?? Metadata.DefaultModelId,
            FinishReason = content is not null ? null : calls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        };
    }

    private int NextCall(ScriptedTurn.Step step) => step.IsCall ? Interlocked.Increment(ref _calls) : 0;

    private (ScriptedRequest Request, ScriptedTurn Turn) Take(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ScriptedRequest request;
        ScriptedTurn? turn;
        lock (_gate)
        {
            request = new(_requests.Count + 1, messages, options);
            _requests.Add(request);
            _turns.TryDequeue(out turn);
        }

        try
        {
            turn = _answer is null ? turn : _answer(request) ?? throw new InvalidOperationException("The function that answers gave null.");
            if (turn is null)
            {
                throw new ScriptMismatchException(
                    $"Request {request.Number} of the model is not what the script expects.\nExpected no further request.\nWhat came, with the tools {ScriptedTurn.ToolsOf(request)}:\n{request}");
            }

            turn.Check(request);
            return (request, turn);
        }
        catch (ScriptMismatchException mismatch)
        {
            lock (_gate)
            {
                _mismatch ??= mismatch;
            }

            throw;
        }
    }
}
