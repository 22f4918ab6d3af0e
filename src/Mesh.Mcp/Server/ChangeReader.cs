using System.Threading.Channels;

namespace Mesh.Mcp;

/// <summary>
/// What one client has still to be told: a list that changed twice is told of once, and so is a resource. It holds no more
/// than there are lists and resources listened to, and 1,000 below those, however slow its client is.
/// </summary>
internal sealed class ChangeReader(ChangeFeed feed, ChangeKinds kinds) : IDisposable
{
    private const int MostNamed = 1_000;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _updated = new(StringComparer.Ordinal);

    // One place is enough: it says that there is something, and more than that need not be said.
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private ChangeKinds _changed;

    /// <summary>Notes that lists have changed, of those that are listened to.</summary>
    public void Add(ChangeKinds changed)
    {
        changed &= kinds;
        if (changed != ChangeKinds.None)
        {
            lock (_gate)
            {
                _changed |= changed;
            }

            _signal.Writer.TryWrite(true);
        }
    }

    /// <summary>Notes that a resource has changed.</summary>
    /// <param name="uri">What has changed.</param>
    /// <param name="watched">What is listened to: that, or something above it, which is told of instead where too much is to be told.</param>
    public void Add(string uri, string watched)
    {
        lock (_gate)
        {
            _updated.Add(_updated.Count < MostNamed ? uri : watched);
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>Waits until there is something to tell, and takes it.</summary>
    public async ValueTask<(ChangeKinds Lists, string[] Resources)> TakeAsync(CancellationToken cancellationToken)
    {
        await _signal.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            var taken = (_changed, _updated.ToArray());
            _changed = ChangeKinds.None;
            _updated.Clear();
            return taken;
        }
    }

    /// <summary>Nothing changes any more: what waits, or will wait, for something to tell ends with an <see cref="InvalidOperationException"/>.</summary>
    public void Complete() => _signal.Writer.TryComplete();

    public void Dispose() => feed.Remove(this);
}
