using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>A message sent, received and acknowledged through the typed client, three calls, against one typed call.</summary>
internal sealed class QueueRoundTrip() : Comparison("queue.roundtrip", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var queue = await QueueRoom.OpenAsync().ConfigureAwait(false);
        await using var room = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(queue.RoundTripAsync, room.CallTypedAsync).ConfigureAwait(false);
    }
}
