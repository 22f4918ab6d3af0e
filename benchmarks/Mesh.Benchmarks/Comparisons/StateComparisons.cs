using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>A write of a small record to the room's state through its typed client, against a typed call.</summary>
internal sealed class StatePut() : Comparison("state.put", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var state = await StateRoom.OpenAsync().ConfigureAwait(false);
        await using var room = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(state.PutAsync, room.CallTypedAsync).ConfigureAwait(false);
    }
}

/// <summary>The same on the version that was expected.</summary>
internal sealed class StateCas() : Comparison("state.cas", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var state = await StateRoom.OpenAsync().ConfigureAwait(false);
        await using var room = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(state.UpdateAsync, room.CallTypedAsync).ConfigureAwait(false);
    }
}
