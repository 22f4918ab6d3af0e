using System.Threading.Channels;

namespace Mesh.Benchmarks.Scenes;

/// <summary>The peer of a streamed item: the same item written to a bounded channel by one task, and read by another.</summary>
internal static class PassedItems
{
    private const int Capacity = 64;

    public static async Task PassAsync(int items)
    {
        var channel = Channel.CreateBounded<Forecast>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });
        var writing = Task.Run(async () =>
        {
            for (int i = 0; i < items; i++)
            {
                await channel.Writer.WriteAsync(new("Oslo", 3, "sun")).ConfigureAwait(false);
            }

            channel.Writer.Complete();
        });
        await foreach (var item in channel.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            Sink.Take(item);
        }

        await writing.ConfigureAwait(false);
    }
}
