using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>Counting what models use that are asked elsewhere than by a <see cref="ToolLoop"/>.</summary>
public static class ModelMetering
{
    /// <summary>
    /// The model, whose every request is counted as those of a <see cref="ToolLoop"/> are: for a tool or an agent that asks a model itself, and for an
    /// <see cref="IChatReducer"/> that does. Usage and cost are those of the call in whose handler it is asked, in its journal entry and in the budgets
    /// around it; what a provider does not count is reckoned by its length. Each request is traced and measured, unless the model does so itself. A loop around
    /// it leaves the counting to it.
    /// </summary>
    /// <param name="model">The model; disposing what is given disposes it.</param>
    /// <param name="prices">The prices of models; null, the default, for not reckoning money. With prices money is reserved for each request, for what is sent and
    /// <see cref="ChatOptions.MaxOutputTokens"/> (or 4,096) tokens of answer.</param>
    /// <returns>The model. Asking it throws a <see cref="MeshException"/> where a budget around the call has nothing left
    /// (<see cref="MeshErrorCode.BudgetExceeded"/>), or there are prices and the model has none (<see cref="MeshErrorCode.InvalidDefinition"/>); what its client throws passes
    /// through. Thread-safe where the model is.</returns>
    /// <example><code>
    /// var loop = new ToolLoopOptions { Reducer = new SummarizingChatReducer(model.Metered(prices), targetCount: 20, threshold: 10), MaxContextTokens = 100_000 };
    /// </code></example>
    public static IChatClient Metered(this IChatClient model, ModelPrices? prices = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new MeteredChatClient(model, prices);
    }
}
