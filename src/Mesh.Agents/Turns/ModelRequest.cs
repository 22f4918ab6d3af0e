using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>One request of a turn to its model: what it costs, the stream of its answer, and its failures.</summary>
internal sealed class ModelRequest : IAsyncDisposable
{
    private readonly Turn _turn;
    private readonly TurnSpending _spending;
    private readonly TurnEnd _end;
    private readonly ModelCharge _charge;
    private IAsyncEnumerator<ChatResponseUpdate>? _stream;
    private Exception? _failure;
    private bool _hasBegun;

    private ModelRequest(Turn turn, TurnSpending spending, TurnEnd end, ModelCharge charge)
    {
        _turn = turn;
        _spending = spending;
        _end = end;
        _charge = charge;
    }

    public ChatResponseUpdate Current => _stream!.Current;

    public static async ValueTask<ModelRequest> BeginAsync(Turn turn, TurnSpending spending, TurnContext context, ChatOptions options, TurnEnd end)
    {
        end.ThrowIfOver();
        var charge = await ModelCharge.BeginAsync(turn.Loop.Source, spending.Model, spending.EstimateCost(context), turn.Functions.Room.TimeProvider).ConfigureAwait(false);
        var request = new ModelRequest(turn, spending, end, charge);
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
            _charge.Enter();
            if (!await _stream!.MoveNextAsync().ConfigureAwait(false))
            {
                return false;
            }

            _hasBegun = true;
            return _stream.Current is not null ? true : throw new InvalidOperationException("The client gave null in the place of an update.");
        }
        catch (Exception exception)
        {
            throw Fail(exception);
        }
    }

    /// <summary>Settles what the request has used.</summary>
    /// <param name="usage">How much.</param>
    /// <param name="model">The model that answered; null where it does not say.</param>
    public ValueTask SettleAsync(UsageDetails usage, string? model) => _charge.SettleAsync(_spending.Count(usage, model), model);

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
            await _charge.CloseAsync(_hasBegun && !_charge.IsSettled ? _spending.Count(_turn.UsageSoFar, null) : null, _failure).ConfigureAwait(false);
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
