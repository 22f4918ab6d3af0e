using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>A room's event for a thousand subscribers that read, publishing included, against a channel for each; per delivery.</summary>
internal sealed class EventFanout() : Comparison("event.fanout", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var audience = await EventAudience.OpenAsync().ConfigureAwait(false);
        var channels = new ChannelAudience();
        return await Rounds.CompareAsync(
            audience.DeliverAsync, channels.DeliverAsync, EventAudience.Subscribers * EventAudience.Batch).ConfigureAwait(false);
    }
}
