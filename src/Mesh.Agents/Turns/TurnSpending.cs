using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>What the requests of one turn use, and who pays.</summary>
internal sealed class TurnSpending
{
    private const int LongestName = 128;

    private readonly ToolLoopOptions _options;
    private readonly ModelPrice? _price;
    private readonly int _mostWritten;
    private long _tokens;
    private decimal _cost;

    /// <exception cref="MeshException">The model has no price, and there are prices.</exception>
    public TurnSpending(ToolLoop loop, ChatOptions options)
    {
        _options = loop.Options;
        Model = options.ModelId ?? loop.Source.ModelId;
        _mostWritten = options.MaxOutputTokens ?? _options.ReservedOutputTokens;
        if (_options.Prices is { } prices)
        {
            _price = prices.Find(Model) ?? throw new MeshException(TurnErrors.NoPrice(Model));
        }
    }

    /// <summary>The model that is asked.</summary>
    public string? Model { get; }

    /// <summary>Ends a turn whose own limits are used up, before the model is asked again.</summary>
    public void Limit()
    {
        if (_options.MaxTokens is { } tokens && _tokens >= tokens)
        {
            throw new MeshException(TurnErrors.TooManyTokens(tokens));
        }
    }

    /// <summary>Reserves what the next request may cost; where the budgets around the call have nothing left, it is not made.</summary>
    /// <returns>The reservation; null outside of any call.</returns>
    /// <exception cref="MeshException">There is no room for it.</exception>
    public async ValueTask<CostReservation?> ReserveAsync(CallContext? call, TurnContext context)
    {
        decimal estimate = _price?.CostOf(context.EstimateTokens(), _mostWritten) ?? 0;
        if (_options.MaxCost is { } most && _cost + estimate > most)
        {
            throw new MeshException(TurnErrors.TooExpensive(most));
        }

        return call is null ? null : await call.ReserveCostAsync(estimate).ConfigureAwait(false);
    }

    /// <summary>Counts what a request has used.</summary>
    /// <param name="usage">How much.</param>
    /// <param name="model">The model that answered; null for the one that was asked.</param>
    public CallUsage Count(UsageDetails usage, string? model)
    {
        var price = model is null || model == Model ? _price : _options.Prices?.Find(model, Model);
        var (read, wrote, cost) = (Math.Max(0, usage.InputTokenCount ?? 0), Math.Max(0, usage.OutputTokenCount ?? 0), price?.CostOf(usage) ?? 0);
        model ??= Model;
        var used = model is { Length: > 0 } ? CallUsage.OfModel(model.Length <= LongestName ? model : model[..LongestName], read, wrote, cost) : new CallUsage(read, wrote, cost);
        _tokens += used.InputTokens + used.OutputTokens;
        _cost += used.Cost;
        return used;
    }
}
