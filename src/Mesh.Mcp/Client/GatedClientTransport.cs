using System.Threading.Channels;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>A transport that reads with a gate of its own accord, without a second queue.</summary>
internal interface IGatedTransport : IClientTransport
{
    /// <summary>Connects with a gate that sees every message.</summary>
    Task<ITransport> ConnectAsync(MessageGate gate, McpToolkitOptions limits, CancellationToken cancellationToken);
}

/// <summary>Any transport, with a gate before the SDK's client.</summary>
internal sealed class GatedClientTransport(IClientTransport inner, MessageGate gate, McpToolkitOptions limits) : IClientTransport
{
    public string Name => inner.Name;

    /// <summary>
    /// Where calls are written, once it is connected, without the SDK's client between; null over HTTP, where the SDK alone
    /// knows which arguments go as headers besides.
    /// </summary>
    public ITransport? Wire { get; private set; }

    public async Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default)
    {
        var transport = inner is IGatedTransport gated
            ? await gated.ConnectAsync(gate, limits, cancellationToken).ConfigureAwait(false)
            : new PumpedTransport(await inner.ConnectAsync(cancellationToken).ConfigureAwait(false), gate);
        Wire = inner is HttpTransport or HttpClientTransport ? null : transport;
        return transport;
    }
}

/// <summary>Passes the messages of another transport through a gate.</summary>
internal sealed class PumpedTransport : ITransport
{
    private readonly ITransport _inner;
    private readonly MessageGate _gate;
    private readonly Channel<JsonRpcMessage> _passed = Channel.CreateBounded<JsonRpcMessage>(new BoundedChannelOptions(1_024) { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _pumping;

    public PumpedTransport(ITransport inner, MessageGate gate)
    {
        _inner = inner;
        _gate = gate;
        _pumping = Task.Run(PumpAsync);
    }

    public string? SessionId => _inner.SessionId;

    public ChannelReader<JsonRpcMessage> MessageReader => _passed.Reader;

    public Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        _gate.Sending(message);
        return _inner.SendMessageAsync(message, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _inner.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _pumping.ConfigureAwait(false);
        }
    }

    private async Task PumpAsync()
    {
        Exception? reason = null;
        try
        {
            await foreach (var message in _inner.MessageReader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                if (_gate.Accept(message, out var answer))
                {
                    await _passed.Writer.WriteAsync(message, _stop.Token).ConfigureAwait(false);
                }
                else if (answer is not null)
                {
                    await _inner.SendMessageAsync(answer, _stop.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed. The reader has to be completed all the same: the SDK waits for it.
            reason = _inner.MessageReader.Completion.Exception?.InnerException;
        }
        catch (Exception exception)
        {
            reason = exception;
        }

        _gate.End(reason);
        _passed.Writer.TryComplete(reason);
    }
}
