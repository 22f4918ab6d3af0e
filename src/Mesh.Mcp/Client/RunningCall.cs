using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// One call that a server works on. It knows the id under which the server knows it, so that its cancellation arrives,
/// and passes progress on in the order in which it came.
/// </summary>
internal sealed class RunningCall : IDisposable
{
    /// <summary>How long the server's notice of a cancellation may take to be written; then the call ends all the same.</summary>
    private static readonly TimeSpan NoticeTimeout = TimeSpan.FromSeconds(1);

    private readonly McpConnection _connection;
    private readonly CancellationTokenSource _inner = new();
    private readonly long _id;
    private readonly ExecutionContext? _flow = ExecutionContext.Capture();
    private RequestId _current;
    private volatile bool _sent;
    private volatile MeshError? _failure;
    private ProgressPump? _progress;
    private Task? _cancelling;

    public RunningCall(McpConnection connection, ImportedTool tool, CallContext context)
    {
        _connection = connection;
        Tool = tool;
        Context = context;
        _id = connection.Gate.Add(this);
        _current = new RequestId(_id);
    }

    public ImportedTool Tool { get; }

    public CallContext Context { get; }

    /// <summary>Whether the server may have begun with it.</summary>
    public bool WasSent => _sent;

    /// <summary>Why it fails, where that is known here before the server says anything.</summary>
    public MeshError? Failure => _failure;

    public bool IsKnownAs(RequestId id) => _current == id || id == new RequestId(_id);

    /// <summary>Sends a request and waits for its response; cancelling the call cancels it at the server.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled, or has failed with <see cref="Failure"/>.</exception>
    public async Task<JsonRpcResponse> SendAsync(McpClient client, string method, JsonObject parameters)
    {
        parameters["_meta"] = new JsonObject { ["progressToken"] = _id };
        var request = new JsonRpcRequest { Id = _current, Method = method, Params = parameters };
        var registration = Context.CancellationToken.UnsafeRegister(static call => ((RunningCall)call!).Cancel(), this);
        await using (registration.ConfigureAwait(false))
        {
            return await client.SendRequestAsync(request, _inner.Token).ConfigureAwait(false);
        }
    }

    /// <summary>A request of it is about to be written: the first, or that of a further round.</summary>
    public void Sending(RequestId id)
    {
        _current = id;
        _sent = true;
    }

    public void NotSent() => _sent = false;

    /// <summary>Takes a progress notification; false when it is malformed, goes back, or overruns the caller.</summary>
    public bool OnProgress(JsonNode parameters) => ProgressPump.Read(parameters) is { } progress
        && LazyInitializer.EnsureInitialized(ref _progress, () => new ProgressPump(Context)).TryAdd(progress);

    /// <summary>Runs code that the server has asked for as if the call's handler had run it: within the call's tree.</summary>
    public Task<T> RunWithinAsync<T>(Func<Task<T>> code)
    {
        if (_flow is null)
        {
            return code();
        }

        Task<T> running = null!;
        ExecutionContext.Run(_flow, _ => running = code(), null);
        return running;
    }

    /// <summary>Ends the call with an error of our own.</summary>
    public void Fail(MeshError error)
    {
        _failure ??= error;
        _inner.Cancel();
    }

    /// <summary>Waits until what has come before the response is passed on, and until nothing of the call runs here any more.</summary>
    public async ValueTask FinishAsync()
    {
        _connection.Gate.Remove(_id);
        if (_progress is { } progress)
        {
            await progress.CompleteAsync().ConfigureAwait(false);
        }

        if (Volatile.Read(ref _cancelling) is { } cancelling)
        {
            await cancelling.ConfigureAwait(false);
        }
    }

    public void Dispose() => _inner.Dispose();

    private void Cancel() => Volatile.Write(ref _cancelling, CancelAsync());

    /// <summary>
    /// The notice first, then the token: the SDK sends no notice of its own when its token is cancelled, and takes the call
    /// for ended as soon as it has sent ours.
    /// </summary>
    private async Task CancelAsync()
    {
        try
        {
            if (_sent)
            {
                var notice = new JsonRpcNotification
                {
                    Method = NotificationMethods.CancelledNotification,
                    Params = new JsonObject { ["requestId"] = _current.Id is long id ? id : _current.ToString(), ["reason"] = "The caller has cancelled the call." },
                };
                await _connection.Client.SendMessageAsync(notice).WaitAsync(NoticeTimeout, _connection.Options.TimeProvider).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A server that cannot be told is one whose connection ends: the call ends here in any case.
        }
        finally
        {
            await _inner.CancelAsync().ConfigureAwait(false);
        }
    }
}
