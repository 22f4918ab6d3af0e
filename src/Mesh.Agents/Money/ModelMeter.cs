using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>What requests to one model cost.</summary>
internal sealed class ModelMeter
{
    private const int LongestName = 128;

    private readonly ModelPrices? _prices;
    private readonly ModelPrice? _price;
    private readonly int _mostWritten;

    /// <summary>Reckons for one model.</summary>
    /// <param name="prices">The prices; null for not reckoning money.</param>
    /// <param name="model">The model that is asked; null for one of no name.</param>
    /// <param name="mostWritten">How many tokens an answer has at most.</param>
    /// <exception cref="MeshException">The model has no price, and there are prices.</exception>
    public ModelMeter(ModelPrices? prices, string? model, int mostWritten)
    {
        Model = model;
        _prices = prices;
        _price = prices is null ? null : prices.Find(model) ?? throw new MeshException(NoPrice(model));
        _mostWritten = mostWritten;
    }

    /// <summary>The model that is asked.</summary>
    public string? Model { get; }

    /// <summary>Whether money is reckoned; without that the tokens of a request need not be estimated.</summary>
    public bool HasPrice => _price is not null;

    /// <summary>The most that a request may cost.</summary>
    /// <param name="read">How many tokens it reads.</param>
    public decimal EstimateCost(long read) => _price?.CostOf(read, _mostWritten) ?? 0;

    /// <summary>What a request has used, and cost.</summary>
    /// <param name="usage">How much it has used.</param>
    /// <param name="model">The model that answered; null for the one that was asked.</param>
    public CallUsage UsageOf(UsageDetails usage, string? model)
    {
        var price = model is null || model == Model ? _price : _prices?.Find(model, Model);
        var (read, wrote, cost) = (Math.Max(0, usage.InputTokenCount ?? 0), Math.Max(0, usage.OutputTokenCount ?? 0), price?.CostOf(usage) ?? 0);
        model ??= Model;
        return model is { Length: > 0 } ? CallUsage.OfModel(model.Length <= LongestName ? model : model[..LongestName], read, wrote, cost) : new CallUsage(read, wrote, cost);
    }

    private static MeshError NoPrice(string? model) => new(
        MeshErrorCode.InvalidDefinition, $"Model '{model}' has no price, so that no budget of money could hold for it.")
    {
        Remedy = $"Add it to the {nameof(ModelPrices)}, where '*' is the price of all others.",
    };
}
