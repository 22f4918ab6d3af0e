using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>One request to the model: its money, its span, its failures, and the stream of its answer.</summary>
internal sealed class ModelRequest : IAsyncDisposable
{
    private readonly Turn _turn;
    private readonly TurnSpending _spending;
    private readonly TurnEnd _end;
    private readonly CostReservation? _reserved;
    private readonly ChatSpan? _span;
    private IAsyncEnumerator<ChatResponseUpdate>? _stream;
    private Exception? _failure;
    private bool _hasBegun;
    private bool _isSettled;

    private ModelRequest(Turn turn, TurnSpending spending, TurnEnd end, CostReservation? reserved, ChatSpan? span)
    {
        _turn = turn;
        _spending = spending;
        _end = end;
        _reserved = reserved;
        _span = span;
    }

    public ChatResponseUpdate Current => _stream!.Current;

    public static async ValueTask<ModelRequest> BeginAsync(Turn turn, TurnSpending spending, TurnContext context, ChatOptions options, TurnEnd end)
    {
        end.ThrowIfOver();
        var reserved = await spending.ReserveAsync(CallContext.Current, context).ConfigureAwait(false);
        var request = new ModelRequest(turn, spending, end, reserved, ChatSpan.Start(turn, spending.Model));
        try
        {
            request._stream = turn.Loop.Model.GetStreamingResponseAsync(context.Sent, options, end.Token).GetAsyncEnumerator(end.Token);
            return request;
        }
        catch (Exception exception)
        {
            var failure = request.Fail(exception);
            await request.DisposeAsync().ConfigureAwait(false);
            throw failure;
        }
    }

    public async ValueTask<bool> MoveNextAsync()
    {
        try
        {
            _span?.Enter();
            if (!await _stream!.MoveNextAsync().ConfigureAwait(false))
            {
                return false;
            }

            _hasBegun = true;
            return true;
        }
        catch (Exception exception)
        {
            throw Fail(exception);
        }
    }

    /// <summary>Settles what the request has used.</summary>
    /// <param name="usage">How much.</param>
    /// <param name="model">The model that answered; null where it does not say.</param>
    public async ValueTask SettleAsync(UsageDetails usage, string? model)
    {
        _isSettled = true;
        var used = _spending.Count(usage, model);
        _span?.End(used, model, null);
        if (_reserved is not null)
        {
            await _reserved.SettleAsync(used).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_stream is not null)
            {
                await _stream.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            if (!_isSettled)
            {
                await GiveBackAsync().ConfigureAwait(false);
            }

            _span?.Dispose();
        }
    }

    /// <summary>An answer that was cut off has cost something; a request that was never answered has not, as far as anybody knows.</summary>
    private async ValueTask GiveBackAsync()
    {
        if (!_hasBegun)
        {
            _span?.End(null, null, _failure);
            if (_reserved is not null)
            {
                await _reserved.DisposeAsync().ConfigureAwait(false);
            }

            return;
        }

        var used = _spending.Count(_turn.UsageSoFar, null);
        _span?.End(used, null, _failure);
        try
        {
            if (_reserved is not null)
            {
                await _reserved.SettleAsync(used).ConfigureAwait(false);
            }
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.CallEnded)
        {
            // The end of the call has counted the whole estimate.
        }
    }

    /// <summary>What the client of the model throws, as a failure with a code.</summary>
    private Exception Fail(Exception exception)
    {
        try
        {
            _end.ThrowIfOver();
        }
        catch (Exception over) when (over is OperationCanceledException or MeshException)
        {
            return _failure = over;
        }

        _failure = exception;
        return exception is MeshException ? exception : new MeshException(TurnErrors.NotAnswered(_spending.Model, exception, _turn.Loop.Options.FailureOf), exception);
    }
}
