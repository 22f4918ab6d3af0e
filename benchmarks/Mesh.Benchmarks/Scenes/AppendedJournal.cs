using System.Threading.Channels;

namespace Mesh.Benchmarks.Scenes;

/// <summary>A journal with the default options that has been full for long, and its peer: a bounded channel of the same entries.</summary>
internal sealed class AppendedJournal
{
    private readonly MemoryJournal _journal = new();
    private readonly Channel<JournalEntry> _channel = Channel.CreateBounded<JournalEntry>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Calls of several participants to several tools, in turns, as a room at work makes them.</summary>
    private readonly JournalEntry[] _entries =
    [
        .. from i in Enumerable.Range(0, 16)
           select new JournalEntry
           {
               CallId = new(1, (ulong)i + 1),
               RootId = new(1, (ulong)i + 1),
               Session = new(2, 3),
               CallerId = new(4, (ulong)(i % 4) + 1),
               Room = "figures",
               Caller = $"caller-{i % 4}",
               Target = $"kit-{i % 8}/forecast",
               Provider = "provider",
               ContractHash = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c",
               StartedAt = DateTimeOffset.UnixEpoch,
               Duration = TimeSpan.FromMicroseconds(i),
               BytesIn = 30,
               BytesOut = 60,
           },
    ];

    public async Task AppendAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await _journal.AppendAsync(_entries[i & 15]).ConfigureAwait(false);
        }
    }

    public Task WriteAndReadAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            if (!_channel.Writer.TryWrite(_entries[i & 15]) || !_channel.Reader.TryRead(out var entry) || entry.BytesIn != 30)
            {
                throw new InvalidOperationException("The channel was full, or gave another entry.");
            }
        }

        return Task.CompletedTask;
    }
}
