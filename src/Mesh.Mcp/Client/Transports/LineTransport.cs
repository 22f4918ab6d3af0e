using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Threading.Channels;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// MCP over two streams, one message on each line, read and written as UTF-8. A line that is larger than the limit is
/// passed over without being kept, and the call that it would have answered fails.
/// </summary>
internal sealed class LineTransport : ITransport
{
    private const int EndBytes = 1_024;

    private readonly Stream _output;
    private readonly PipeReader _input;
    private readonly MessageGate _gate;
    private readonly int _most;
    private readonly Func<Task<Exception?>> _close;
    private readonly Lock _closeGate = new();
    private readonly Channel<JsonRpcMessage> _messages = Channel.CreateBounded<JsonRpcMessage>(new BoundedChannelOptions(1_024) { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ArrayBufferWriter<byte> _line = new(1_024);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private Task<Exception?>? _closing;

    /// <summary>A transport that reads at once.</summary>
    /// <param name="output">Where messages to the server are written.</param>
    /// <param name="input">Where its messages come from.</param>
    /// <param name="gate">Sees every message.</param>
    /// <param name="mostBytes">The size of a line.</param>
    /// <param name="close">Closes what is behind the streams, so that reading ends, and says why they have ended; null where there is nothing to say.</param>
    public LineTransport(Stream output, Stream input, MessageGate gate, int mostBytes, Func<Task<Exception?>> close)
    {
        _output = output;
        _input = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 32 * 1024));
        _gate = gate;
        _most = mostBytes;
        _close = close;
        _reading = Task.Run(ReadAsync);
    }

    public string? SessionId => null;

    public ChannelReader<JsonRpcMessage> MessageReader => _messages.Reader;

    public async Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _gate.Sending(message);
            _line.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(_line))
            {
                JsonSerializer.Serialize(json, message, McpClientJson.Message);
            }

            _line.Write("\n"u8);

            // Not under the caller's token: half a line would spoil the next one.
            await _output.WriteAsync(_line.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
            await _output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            _gate.NotSent(message);
            throw exception is IOException ? exception : new IOException("The server takes no more messages.", exception);
        }
        finally
        {
            if (_line.Capacity > 1024 * 1024)
            {
                _line.Clear();
            }

            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await CloseOnceAsync().ConfigureAwait(false);
        _input.CancelPendingRead();
        await _reading.ConfigureAwait(false);
    }

    private Task<Exception?> CloseOnceAsync()
    {
        lock (_closeGate)
        {
            return _closing ??= _close();
        }
    }

    private async Task ReadAsync()
    {
        Exception? reason = null;
        try
        {
            await ReadLinesAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
        catch (Exception exception)
        {
            reason = exception;
        }

        try
        {
            reason = await CloseOnceAsync().ConfigureAwait(false) ?? reason;
            await _input.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            reason ??= exception;
        }
        finally
        {
            _gate.End(reason);
            _messages.Writer.TryComplete(reason);
        }
    }

    private async Task ReadLinesAsync(CancellationToken cancellationToken)
    {
        long scanned = 0;
        var skipped = default(SkippedLine);
        while (true)
        {
            var read = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = read.Buffer;
            while (buffer.Slice(scanned).PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                buffer = buffer.Slice(buffer.GetPosition(1, end));
                scanned = 0;
                if (skipped.IsSkipping)
                {
                    skipped.Add(line);
                    var answer = _gate.Spoiled(skipped.Head, skipped.Tail, server => McpClientErrors.TooLarge(server, _most));
                    skipped = default;
                    await InsteadAsync(answer, cancellationToken).ConfigureAwait(false);
                }
                else if (line.Length > _most)
                {
                    await InsteadAsync(_gate.Spoiled(Ends(line, EndBytes), Ends(line, -EndBytes), server => McpClientErrors.TooLarge(server, _most)), cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await PassAsync(line, cancellationToken).ConfigureAwait(false);
                }
            }

            if (skipped.IsSkipping || buffer.Length > _most)
            {
                skipped.Add(buffer);
                buffer = buffer.Slice(buffer.End);
            }

            scanned = buffer.Length;
            _input.AdvanceTo(buffer.Start, read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                return;
            }
        }
    }

    private async ValueTask PassAsync(ReadOnlySequence<byte> line, CancellationToken cancellationToken)
    {
        var message = Parse(line, out var instead);
        await InsteadAsync(instead, cancellationToken).ConfigureAwait(false);
        if (message is null)
        {
            return;
        }

        if (_gate.Accept(message, out var answer))
        {
            await _messages.Writer.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        }
        else if (answer is not null)
        {
            await SendMessageAsync(answer, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What the SDK's client gets in place of an answer that cannot be used.</summary>
    private ValueTask InsteadAsync(JsonRpcError? answer, CancellationToken cancellationToken) =>
        answer is null ? default : _messages.Writer.WriteAsync(answer, cancellationToken);

    private JsonRpcMessage? Parse(ReadOnlySequence<byte> line, out JsonRpcError? instead)
    {
        instead = null;
        if (IsBlank(line))
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(line);
            return JsonSerializer.Deserialize(ref reader, McpClientJson.Message);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            // Servers that write other things to their output than messages are common enough.
            instead = _gate.Spoiled(Ends(line, EndBytes), Ends(line, -EndBytes), McpClientErrors.Malformed);
            return null;
        }
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var part in line)
        {
            if (part.Span.ContainsAnyExcept(" \t\r"u8))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first bytes of a line, or, for a negative count, the last ones.</summary>
    private static byte[] Ends(ReadOnlySequence<byte> line, int count) => line.Length <= Math.Abs(count) ? line.ToArray()
        : count > 0 ? line.Slice(0, count).ToArray()
        : line.Slice(line.Length + count).ToArray();

    /// <summary>A line that is passed over: only its ends are kept.</summary>
    private struct SkippedLine
    {
        public bool IsSkipping { get; private set; }

        public byte[] Head { get; private set; }

        public byte[] Tail { get; private set; }

        public void Add(ReadOnlySequence<byte> bytes)
        {
            Head ??= Ends(bytes, EndBytes);
            Tail = bytes.Length >= EndBytes ? Ends(bytes, -EndBytes)
                : Ends(new ReadOnlySequence<byte>([.. Tail ?? [], .. bytes.ToArray()]), -EndBytes);
            IsSkipping = true;
        }
    }
}
