using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>A turn of ten calls with a model that answers at once, against the same loop written by hand over functions.</summary>
internal sealed class LlmTurn() : Comparison("llm.turn", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var room = await TurnRoom.OpenAsync().ConfigureAwait(false);
        using var peer = new HandWrittenTurn();
        return await Rounds.CompareAsync(room.TurnAsync, peer.TurnAsync).ConfigureAwait(false);
    }
}

/// <summary>What the same two allocate.</summary>
internal sealed class LlmTurnBytes() : Comparison("llm.turn.bytes", "B")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var room = await TurnRoom.OpenAsync().ConfigureAwait(false);
        using var peer = new HandWrittenTurn();
        return new(
            await Rounds.AllocatedAsync(room.TurnAsync).ConfigureAwait(false),
            await Rounds.AllocatedAsync(peer.TurnAsync).ConfigureAwait(false));
    }
}

/// <summary>Requests of a tree of agents beyond those that its full budget found in flight.</summary>
internal sealed class BudgetOverspend() : Comparison("budget.overspend", "calls")
{
    public override async Task<Figure> MeasureAsync() => new(await SpendingTree.OverspendAsync().ConfigureAwait(false));
}
