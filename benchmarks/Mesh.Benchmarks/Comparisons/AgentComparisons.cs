using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>Asking a typed responder with JSON against calling a tool with the same JSON.</summary>
internal sealed class AskJson() : Comparison("ask.json", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var agents = await AgentRoom.OpenAsync().ConfigureAwait(false);
        await using var tools = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(agents.AskJsonAsync, tools.CallJsonAsync).ConfigureAwait(false);
    }
}

/// <summary>Asking a responder with values through a prepared handle against calling a tool so.</summary>
internal sealed class AskTyped() : Comparison("ask.typed", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var agents = await AgentRoom.OpenAsync().ConfigureAwait(false);
        await using var tools = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(agents.AskTypedAsync, tools.CallTypedAsync).ConfigureAwait(false);
    }
}

/// <summary>Asking an agent that serves one call at a time, 64 in flight, against requests through a bounded channel.</summary>
internal sealed class AskQueued() : Comparison("ask.queued", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var agent = await QueuedAgent.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(agent.AskAsync, ChannelHops.AskAsync, perTime: QueuedAgent.InFlight).ConfigureAwait(false);
    }
}

/// <summary>An item of a typed stream against one that goes through a bounded channel from task to task.</summary>
internal sealed class StreamItem() : Comparison("stream.item", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var agents = await AgentRoom.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(agents.StreamAsync, PassedItems.PassAsync).ConfigureAwait(false);
    }
}

/// <summary>Five agents that ask each other in a chain against five questions to one.</summary>
internal sealed class TreeDepth5() : Comparison("tree.depth5", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var agents = await AgentRoom.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(agents.AskChainAsync, agents.AskFiveTimesAsync).ConfigureAwait(false);
    }
}

/// <summary>Listing a hundred of ten thousand agents by a filter.</summary>
internal sealed class CatalogueList() : Comparison("catalogue.list.ms", "ms")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var catalogue = await Catalogue.OpenAsync().ConfigureAwait(false);
        return new(await catalogue.ListAsync().ConfigureAwait(false));
    }
}

/// <summary>From the death of an agent's instance to the failure of its calls in flight.</summary>
internal sealed class AgentDeath() : Comparison("agent.death.ms", "ms")
{
    public override async Task<Figure> MeasureAsync() => new(await DyingAgent.DieAsync().ConfigureAwait(false));
}
