using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>A call with JSON in and out while its trace and its metrics are listened to, against the same while nobody listens.</summary>
internal sealed class TelemetryOn() : Comparison("telemetry.on", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var room = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(
            async times =>
            {
                using var audience = new TelemetryAudience();
                await room.CallJsonAsync(times).ConfigureAwait(false);
            },
            room.CallJsonAsync).ConfigureAwait(false);
    }
}
