using System.Globalization;
using System.Net;

namespace Mesh.Mcp;

/// <summary>Limits the size of a response, and of each event where it is a stream of events.</summary>
internal sealed class BoundedResponses(HttpMessageHandler inner, int mostBytes, MessageGate gate) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        bool isEvents = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
        if (!isEvents && response.Content.Headers.ContentLength > mostBytes)
        {
            response.Dispose();
            Tell(RunningCall.Current);
            throw new ResponseTooLargeException(mostBytes);
        }

        // The SDK takes a stream that fails for one that was cut, and asks for its rest: so the call is told directly.
        var call = RunningCall.Current;
        response.Content = new BoundedContent(response.Content, mostBytes, isEvents, () => Tell(call));
        return response;
    }

    private void Tell(RunningCall? call)
    {
        if (call is null)
        {
            gate.RefuseTooLarge(mostBytes);
        }
        else
        {
            call.Fail(McpClientErrors.TooLarge(McpClientErrors.ServerOf(call), mostBytes));
        }
    }

    private sealed class BoundedContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly int _most;
        private readonly bool _isEvents;
        private readonly Action _onTooLarge;

        public BoundedContent(HttpContent inner, int most, bool isEvents, Action onTooLarge)
        {
            (_inner, _most, _isEvents, _onTooLarge) = (inner, most, isEvents, onTooLarge);
            foreach (var header in inner.Headers)
            {
                Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
        }

        protected override async Task<Stream> CreateContentReadStreamAsync() =>
            new BoundedStream(await _inner.ReadAsStreamAsync().ConfigureAwait(false), _most, _isEvents, _onTooLarge);

        protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
            new BoundedStream(await _inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), _most, _isEvents, _onTooLarge);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            var source = await CreateContentReadStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (source.ConfigureAwait(false))
            {
                await source.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

/// <summary>A response that is larger than the limit.</summary>
internal sealed class ResponseTooLargeException(int mostBytes)
    : IOException(string.Create(CultureInfo.InvariantCulture, $"The server answered with more than {mostBytes} bytes."));

/// <summary>A stream that fails beyond a number of bytes; where it is one of events, of one event.</summary>
internal sealed class BoundedStream(Stream inner, int mostBytes, bool isEvents, Action onTooLarge) : Stream
{
    private long _count;
    private bool _atLineStart;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Count(buffer.AsSpan(offset, inner.Read(buffer, offset, count)));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Count(buffer.Span[..read]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(ReadOnlySpan<byte> read)
    {
        if (!isEvents)
        {
            _count += read.Length;
        }
        else
        {
            foreach (byte each in read)
            {
                // An empty line ends an event.
                _count = each == (byte)'\n' && _atLineStart ? 0 : _count + 1;
                _atLineStart = each == (byte)'\n' || (each == (byte)'\r' && _atLineStart);
                if (_count > mostBytes)
                {
                    break;
                }
            }
        }

        if (_count > mostBytes)
        {
            onTooLarge();
            throw new ResponseTooLargeException(mostBytes);
        }

        return read.Length;
    }
}
