using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>The calls of one answer of the model: made side by side, up to a limit, with results in the order of the calls.</summary>
internal sealed class AnswerCalls(Turn turn, List<FunctionCallContent> calls)
{
    private readonly AIContent?[] _results = new AIContent?[calls.Count];
    private Task? _running;
    private int _begun;

    /// <summary>The results; a call that has none was interrupted, or not even begun, and its result says so.</summary>
    public IList<AIContent> Results
    {
        get
        {
            for (int i = 0; i < _results.Length; i++)
            {
                _results[i] ??= Answer(calls[i], i < _begun ? TurnErrors.Interrupted(calls[i]) : TurnErrors.NotMade(calls[i]));
            }

            return _results!;
        }
    }

    /// <summary>Makes them; what ends the turn from outside leaves some without a result.</summary>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        _running = MakeAsync(null, cancellationToken);
        await _running.ConfigureAwait(false);
    }

    /// <summary>Makes them for somebody who watches: progress, parts of output, and what approvers are asked.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watch = new CallWatch(turn.Functions.Room);
        _running = WatchedAsync(watch, cancellationToken);

        // Who reads no longer, and what ends the turn, are seen to by the turn, which closes the calls.
        await foreach (var content in watch.ReadAsync().ConfigureAwait(false))
        {
            yield return new ChatResponseUpdate(ChatRole.Tool, [content]);
        }

        await _running.ConfigureAwait(false);
    }

    /// <summary>Waits for the calls that run, which have been cancelled: they end at once.</summary>
    public async ValueTask CloseAsync()
    {
        if (_running is { } running)
        {
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WatchedAsync(CallWatch watch, CancellationToken cancellationToken)
    {
        try
        {
            await MakeAsync(watch, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            watch.Complete();
        }
    }

    private async Task MakeAsync(CallWatch? watch, CancellationToken cancellationToken)
    {
        List<Task>? running = null;
        try
        {
            for (int i = 0; i < calls.Count && !cancellationToken.IsCancellationRequested; i++)
            {
                if (running?.Count == turn.Loop.Options.MaxConcurrency)
                {
                    running.Remove(await Task.WhenAny(running).ConfigureAwait(false));
                }

                _begun = i + 1;
                var one = MakeAsync(i, watch, cancellationToken);
                if (!one.IsCompletedSuccessfully)
                {
                    (running ??= []).Add(one.AsTask());
                }
            }
        }
        finally
        {
            if (running is not null)
            {
                await Task.WhenAll(running).ConfigureAwait(false);
            }
        }
    }

    private ValueTask MakeAsync(int index, CallWatch? watch, CancellationToken cancellationToken)
    {
        var call = calls[index];
        if (!turn.TryTakeCall())
        {
            var error = TurnErrors.TooManyCalls(turn.Loop.Options.MaxCalls);
            turn.Stop ??= error;
            _results[index] = Answer(call, error);
            return default;
        }

        if (turn.Functions.Find(call.Name) is not { } function)
        {
            Refuse(index, TurnErrors.UnknownTool(call, turn.Functions));
            return default;
        }

        if (call.Exception is { } exception && call.Arguments is null)
        {
            Refuse(index, TurnErrors.NoJson(call, exception));
            return default;
        }

        if (watch is not null)
        {
            return WatchAsync(index, function, watch, cancellationToken);
        }

        ValueTask<CallOutcome> outcome;
        try
        {
            outcome = function.CallAsync(call.Arguments, turn.CallOptions, cancellationToken);
        }
        catch (JsonException unwritable)
        {
            Refuse(index, TurnErrors.NoJson(call, unwritable));
            return default;
        }

        // Most tools are done at once; a state machine for each would be the dearest part of the loop.
        if (outcome.IsCompletedSuccessfully)
        {
            Take(index, outcome.Result, cancellationToken);
            return default;
        }

        return WaitAsync(index, outcome, cancellationToken);
    }

    private async ValueTask WaitAsync(int index, ValueTask<CallOutcome> outcome, CancellationToken cancellationToken) =>
        Take(index, await outcome.ConfigureAwait(false), cancellationToken);

    private async ValueTask WatchAsync(int index, RoomFunction function, CallWatch watch, CancellationToken cancellationToken)
    {
        var call = calls[index];
        var id = turn.Functions.Room.NewCallId();
        using var approvals = watch.Observe(call, id);
        try
        {
            var sent = new SentOutput(turn.Loop.Options.MaxResultCharacters, function.StreamsText);
            var options = (turn.CallOptions ?? new()) with { CallId = id };
            await foreach (var frame in function.StreamAsync(call.Arguments, options, cancellationToken).ConfigureAwait(false))
            {
                switch (frame)
                {
                    case ResultFrame result:
                        _results[index] = new FunctionResultContent(call.CallId, sent.With(result.Response));
                        break;
                    case ErrorFrame error:
                        TakeError(index, error.Error, cancellationToken);
                        break;
                    default:
                        sent.Add(frame);
                        await watch.WriteAsync(call, frame, cancellationToken).ConfigureAwait(false);
                        break;
                }
            }
        }
        catch (JsonException unwritable)
        {
            Refuse(index, TurnErrors.NoJson(call, unwritable));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Its result says that it was interrupted.
        }
    }

    private void Take(int index, CallOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.IsResult)
        {
            _results[index] = new FunctionResultContent(
                calls[index].CallId, FunctionResults.ToContent(outcome.Response, turn.Loop.Options.MaxResultCharacters));
        }
        else
        {
            TakeError(index, outcome.Error, cancellationToken);
        }
    }

    private void TakeError(int index, MeshError error, CancellationToken cancellationToken)
    {
        if (error.Code == MeshErrorCode.InvalidArguments)
        {
            Refuse(index, error);
        }
        else if (error.Code != MeshErrorCode.Cancelled || !cancellationToken.IsCancellationRequested)
        {
            _results[index] = Answer(calls[index], error);
        }
    }

    /// <summary>The call is malformed: the model is told, and asked to mend it once.</summary>
    private void Refuse(int index, MeshError error)
    {
        _results[index] = Answer(calls[index], error);
        turn.TakeMalformed(calls[index], error);
    }

    private static FunctionResultContent Answer(FunctionCallContent call, MeshError error) => new(call.CallId, FunctionResults.ToText(error));
}
