using System.Threading.Channels;

namespace Mesh.Benchmarks.Scenes;

/// <summary>The peer of <see cref="EventAudience"/>: a bounded channel for each subscriber, and the event written to each.</summary>
internal sealed class ChannelAudience
{
    private static readonly object Event = new();

    private readonly Channel<object>[] _channels =
    [
        .. Enumerable.Range(0, EventAudience.Subscribers).Select(_ => Channel.CreateBounded<object>(new BoundedChannelOptions(256)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
            SingleWriter = true,
        })),
    ];

    public Task DeliverAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            for (int k = 0; k < EventAudience.Batch; k++)
            {
                foreach (var channel in _channels)
                {
                    if (!channel.Writer.TryWrite(Event))
                    {
                        throw new InvalidOperationException("A channel was full.");
                    }
                }
            }

            foreach (var channel in _channels)
            {
                for (int k = 0; k < EventAudience.Batch; k++)
                {
                    if (!channel.Reader.TryRead(out object? read) || read != Event)
                    {
                        throw new InvalidOperationException("A subscriber missed an event.");
                    }
                }
            }
        }

        return Task.CompletedTask;
    }
}
