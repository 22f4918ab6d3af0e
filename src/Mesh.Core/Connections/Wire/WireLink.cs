using System.Threading.Channels;

namespace Mesh;

/// <summary>
/// One end of a link in memory that carries messages as bytes, in order, both ways. Each direction is bounded: a sender
/// waits while the other end does not read. Closing either end closes both directions.
/// </summary>
internal sealed class WireLink
{
    private const int Capacity = 64;
    private readonly Channel<byte[]> _outgoing;
    private readonly Channel<byte[]> _incoming;

    private WireLink(Channel<byte[]> outgoing, Channel<byte[]> incoming)
    {
        _outgoing = outgoing;
        _incoming = incoming;
    }

    public static (WireLink Client, WireLink Room) CreatePair()
    {
        var toRoom = New();
        var toClient = New();
        return (new(toRoom, toClient), new(toClient, toRoom));

        static Channel<byte[]> New() => Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Capacity)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
        });
    }

    /// <summary>Sends a message; waits while the other end is behind.</summary>
    /// <returns>False when the link is closed, and the message will not arrive.</returns>
    public async ValueTask<bool> SendAsync(WireMessage message)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(message.Encode()).ConfigureAwait(false);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>The next message.</summary>
    /// <returns>Null when the link is closed and everything that was sent before has been read.</returns>
    /// <exception cref="MeshException">It is malformed (<see cref="MeshErrorCode.ProtocolError"/>).</exception>
    public async ValueTask<WireMessage?> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        while (await _incoming.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_incoming.Reader.TryRead(out byte[]? bytes))
            {
                return WireMessage.Decode(bytes);
            }
        }

        return null;
    }

    public void Close()
    {
        _outgoing.Writer.TryComplete();
        _incoming.Writer.TryComplete();
    }
}
