namespace Mesh.Agents;

/// <summary>One request to a model as those see it who pay for it and who watch it: the money that is reserved for it, and its span.</summary>
internal sealed class ModelCharge
{
    private readonly CostReservation? _reserved;
    private readonly ChatSpan? _span;

    private ModelCharge(CostReservation? reserved, ChatSpan? span)
    {
        _reserved = reserved;
        _span = span;
    }

    /// <summary>Whether what it has used is settled; until then somebody who closes it must say what that was.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Reserves what the request may cost; where the budgets around the call have nothing left, it is not made. Outside of any call nobody pays.</summary>
    /// <exception cref="MeshException">There is no room for it.</exception>
    public static ValueTask<ModelCharge> BeginAsync(ModelSource source, string? model, decimal estimate, TimeProvider clock) =>
        source.IsMetered || CallContext.Current is not { } call ? new(Begin(null, source, model, clock)) : ReserveAsync(call, source, model, estimate, clock);

    /// <inheritdoc cref="ChatSpan.Enter"/>
    public void Enter() => _span?.Enter();

    /// <summary>Settles a request that was answered.</summary>
    /// <param name="used">What it has used.</param>
    /// <param name="model">The model that answered; null where it does not say.</param>
    public ValueTask SettleAsync(CallUsage used, string? model)
    {
        IsSettled = true;
        _span?.End(used, model, null);
        return _reserved?.SettleAsync(used) ?? default;
    }

    /// <summary>Ends it. Unless it was settled, an answer that was cut off has cost something; a request that was never answered has not, as far as anybody knows.</summary>
    /// <param name="used">What came of an answer has used; null where nothing came, or it was settled.</param>
    /// <param name="failure">What it failed with; null where its reader has left.</param>
    public ValueTask CloseAsync(CallUsage? used, Exception? failure)
    {
        if (!IsSettled)
        {
            _span?.End(used, null, failure);
        }

        _span?.Dispose();
        return IsSettled || _reserved is null ? default
            : used is null ? _reserved.DisposeAsync()
            : SettleCutOffAsync(_reserved, used);
    }

    private static async ValueTask<ModelCharge> ReserveAsync(CallContext call, ModelSource source, string? model, decimal estimate, TimeProvider clock) =>
        Begin(await call.ReserveCostAsync(estimate).ConfigureAwait(false), source, model, clock);

    private static ModelCharge Begin(CostReservation? reserved, ModelSource source, string? model, TimeProvider clock) =>
        new(reserved, source.EmitsTelemetry ? ChatSpan.Start(source.Provider, model, clock) : null);

    private static async ValueTask SettleCutOffAsync(CostReservation reserved, CallUsage used)
    {
        try
        {
            await reserved.SettleAsync(used).ConfigureAwait(false);
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.CallEnded)
        {
            // The end of the call has counted the whole estimate.
        }
    }
}
