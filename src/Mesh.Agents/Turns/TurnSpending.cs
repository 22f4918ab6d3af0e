using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>What the requests of one turn use together, and how much of it they may.</summary>
internal sealed class TurnSpending(ToolLoop loop, ChatOptions options)
{
    private readonly ToolLoopOptions _limits = loop.Options;
    private readonly ModelMeter _meter = new(loop.Options.Prices, options.ModelId ?? loop.Source.ModelId, options.MaxOutputTokens ?? loop.Options.ReservedOutputTokens);
    private long _tokens;
    private decimal _cost;

    /// <summary>The model that is asked.</summary>
    public string? Model => _meter.Model;

    /// <summary>Ends a turn whose own limits are used up, before the model is asked again.</summary>
    public void Limit()
    {
        if (_limits.MaxTokens is { } tokens && _tokens >= tokens)
        {
            throw new MeshException(TurnErrors.TooManyTokens(tokens));
        }
    }

    /// <summary>What the next request may cost.</summary>
    /// <exception cref="MeshException">The turn has no room for it.</exception>
    public decimal EstimateCost(TurnContext context)
    {
        decimal estimate = _meter.HasPrice ? _meter.EstimateCost(context.EstimateTokens()) : 0;
        return _limits.MaxCost is { } most && _cost + estimate > most ? throw new MeshException(TurnErrors.TooExpensive(most)) : estimate;
    }

    /// <summary>Counts what a request has used.</summary>
    /// <param name="usage">How much.</param>
    /// <param name="model">The model that answered; null for the one that was asked.</param>
    public CallUsage Count(UsageDetails usage, string? model)
    {
        var used = _meter.UsageOf(usage, model);
        _tokens += used.InputTokens + used.OutputTokens;
        _cost += used.Cost;
        return used;
    }
}
