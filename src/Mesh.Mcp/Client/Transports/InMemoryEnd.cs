using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>One side of a session in memory: what the other side sends waits here, up to a limit at which the sender waits.</summary>
/// <param name="gate">Sees every message of this side; null where it has none.</param>
/// <param name="close">Ends the session when this side is disposed.</param>
internal sealed class InMemoryEnd(MessageGate? gate, Func<ValueTask> close) : ITransport
{
    /// <summary>How many messages wait to be read.</summary>
    public const int Capacity = 1_024;

    private readonly Lock _arriving = new();
    private readonly Channel<JsonRpcMessage> _messages = Channel.CreateBounded<JsonRpcMessage>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    public string? SessionId => null;

    public ChannelReader<JsonRpcMessage> MessageReader => _messages.Reader;

    /// <summary>The other side.</summary>
    public InMemoryEnd Other { get; set; } = null!;

    /// <summary>Hands a copy of a message to the other side; waits while that has too many unread.</summary>
    /// <exception cref="IOException">The session has ended.</exception>
    public Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        gate?.Sending(message);
        var arriving = Other.ArriveAsync(Copy(message), cancellationToken);
        return arriving.IsCompletedSuccessfully ? Task.CompletedTask : SendAsync(arriving.AsTask(), message);
    }

    public ValueTask DisposeAsync() => close();

    /// <summary>Nothing comes any more, and calls that wait for an answer learn of it. The first reason counts.</summary>
    public void Complete(Exception? reason)
    {
        if (_messages.Writer.TryComplete(reason))
        {
            gate?.End(reason);
        }
    }

    private async Task SendAsync(Task arriving, JsonRpcMessage message)
    {
        try
        {
            await arriving.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ChannelClosedException or OperationCanceledException)
        {
            gate?.NotSent(message);
            if (exception is OperationCanceledException)
            {
                throw;
            }

            throw new IOException("The other side takes no more messages.", exception);
        }
    }

    /// <summary>Takes a message of the other side. The gate sees messages one by one, in the order in which they stand in the queue.</summary>
    private ValueTask ArriveAsync(JsonRpcMessage message, CancellationToken cancellationToken)
    {
        JsonRpcMessage? answer = null;
        if (gate is not null)
        {
            lock (_arriving)
            {
                if (gate.Accept(message, out answer))
                {
                    return _messages.Writer.WriteAsync(message, cancellationToken);
                }
            }
        }

        return gate is null ? _messages.Writer.WriteAsync(message, cancellationToken)
            : answer is null ? default
            : new(SendMessageAsync(answer, cancellationToken));
    }

    /// <summary>
    /// The message as it would come out of JSON. Nodes know their parents and change as they are read, so no two sides may share
    /// one; what is no node, in an error, is written and read.
    /// </summary>
    private static JsonRpcMessage Copy(JsonRpcMessage message) => message switch
    {
        JsonRpcRequest request => new JsonRpcRequest { Id = request.Id, Method = request.Method, Params = Copy(request.Params) },
        JsonRpcNotification notification => new JsonRpcNotification { Method = notification.Method, Params = Copy(notification.Params) },
        JsonRpcResponse response => new JsonRpcResponse { Id = response.Id, Result = Copy(response.Result) },
        _ => JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(message, McpClientJson.Message), McpClientJson.Message)!,
    };

    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();
}
