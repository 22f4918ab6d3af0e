using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>A model whose requests are counted to the call in whose handler they are made.</summary>
internal sealed class MeteredChatClient(IChatClient model, ModelPrices? prices) : DelegatingChatClient(model)
{
    private readonly ModelSource _source = new(model, null);

    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<ChatMessage> sent = [.. messages];
        var (meter, read) = (MeterOf(options), TokenEstimate.Of(sent));
        var charge = await BeginAsync(meter, read).ConfigureAwait(false);
        Exception? failure = null;
        try
        {
            charge.Enter();
            var response = await InnerClient.GetResponseAsync(sent, options, cancellationToken).ConfigureAwait(false);
            await SettleAsync(charge, meter, read, response).ConfigureAwait(false);
            return response;
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            await charge.CloseAsync(null, failure).ConfigureAwait(false);
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<ChatMessage> sent = [.. messages];
        var (meter, read) = (MeterOf(options), TokenEstimate.Of(sent));
        var charge = await BeginAsync(meter, read).ConfigureAwait(false);
        var answer = new List<ChatResponseUpdate>();
        IAsyncEnumerator<ChatResponseUpdate>? updates = null;
        Exception? failure = null;
        try
        {
            while (await MoveNextAsync().ConfigureAwait(false))
            {
                answer.Add(updates!.Current);
                yield return updates.Current;
            }

            await SettleAsync(charge, meter, read, answer.ToChatResponse()).ConfigureAwait(false);
        }
        finally
        {
            try
            {
                if (updates is not null)
                {
                    await updates.DisposeAsync().ConfigureAwait(false);
                }
            }
            finally
            {
                await charge.CloseAsync(answer.Count > 0 && !charge.IsSettled ? meter.UsageOf(TokenEstimate.OfCutOff(answer, read), null) : null, failure).ConfigureAwait(false);
            }
        }

        async ValueTask<bool> MoveNextAsync()
        {
            try
            {
                charge.Enter();
                updates ??= InnerClient.GetStreamingResponseAsync(sent, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
                return await updates.MoveNextAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                failure = exception;
                throw;
            }
        }
    }

    private static ValueTask SettleAsync(ModelCharge charge, ModelMeter meter, long read, ChatResponse response) => charge.SettleAsync(
        meter.UsageOf(TokenEstimate.Complete(response.Usage, read, TokenEstimate.Of(response.Messages)), response.ModelId), response.ModelId);

    private ModelMeter MeterOf(ChatOptions? options) =>
        new(prices, options?.ModelId ?? _source.ModelId, options?.MaxOutputTokens ?? ToolLoopOptions.Default.ReservedOutputTokens);

    private ValueTask<ModelCharge> BeginAsync(ModelMeter meter, long read) =>
        ModelCharge.BeginAsync(_source, meter.Model, meter.EstimateCost(read), CallContext.Current?.Room.TimeProvider ?? TimeProvider.System);
}
