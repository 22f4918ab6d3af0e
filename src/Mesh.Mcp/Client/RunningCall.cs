using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// One call that a server works on. It knows the id under which the server knows it, so that its cancellation arrives,
/// and passes progress on in the order in which it came.
/// </summary>
/// <remarks>
/// The request is written, and its response taken, beside the SDK's client, which would take the response over two more
/// threads and gives further rounds ids that nobody could cancel. Over HTTP it goes through the client, see
/// <see cref="GatedClientTransport.Wire"/>.
/// </remarks>
internal sealed class RunningCall
{
    /// <summary>How long the server's notice of a cancellation may take to be written; then the call ends all the same.</summary>
    private static readonly TimeSpan NoticeTimeout = TimeSpan.FromSeconds(1);

    private static readonly AsyncLocal<RunningCall?> Flowing = new();

    private readonly McpConnection _connection;
    private readonly ExecutionContext? _flow = ExecutionContext.Capture();
    private readonly long _id;
    private RequestId _current;
    private TaskCompletionSource<JsonRpcMessageWithId> _answer = NewAnswer();
    private CancellationTokenSource? _inner;
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

    /// <summary>The call whose request goes through the SDK's client in this flow; null where none does.</summary>
    public static RunningCall? Current => Flowing.Value;

    public ImportedTool Tool { get; }

    public CallContext Context { get; }

    /// <summary>Whether the server may have begun with it.</summary>
    public bool WasSent => _sent;

    /// <summary>Why it fails, where that is known here before the server says anything.</summary>
    public MeshError? Failure => _failure;

    public bool IsKnownAs(RequestId id) => _current == id || id == new RequestId(_id);

    /// <summary>Sends a request and waits for its result; cancelling the call cancels it at the server.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled, or has failed with <see cref="Failure"/>.</exception>
    /// <exception cref="McpException">The server has answered with an error.</exception>
    public async Task<JsonNode?> SendAsync(string method, JsonObject parameters)
    {
        // Over HTTP a further round is known by its token alone.
        if (_connection.Meta.Write(Context.TakesProgress || _connection.Wire is null ? _id : null) is { } meta)
        {
            parameters["_meta"] = meta;
        }

        var registration = Context.CancellationToken.UnsafeRegister(static call => ((RunningCall)call!).Cancel(), this);
        try
        {
            return _connection.Wire is { } wire
                ? await CallRounds.RunAsync(this, _connection, wire, method, parameters).ConfigureAwait(false)
                : await SendThroughClientAsync(method, parameters).ConfigureAwait(false);
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Sends the request of one round, and waits for its response.</summary>
    public Task<JsonRpcMessageWithId> SendRoundAsync(ITransport wire, string method, JsonObject parameters)
    {
        var sending = wire.SendMessageAsync(new JsonRpcRequest { Id = _current, Method = method, Params = parameters }, Context.CancellationToken);
        return sending.IsCompletedSuccessfully ? _answer.Task : WaitAsync(sending);

        async Task<JsonRpcMessageWithId> WaitAsync(Task sending)
        {
            // Whatever ends the call ends the waiting, also where the server does not read what is written.
            await Task.WhenAny(sending, _answer.Task).ConfigureAwait(false);
            if (!_answer.Task.IsCompleted)
            {
                await sending.ConfigureAwait(false);
            }

            return await _answer.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Makes ready for another round, under another id.</summary>
    public void BeginRound()
    {
        // Before it can be found: it may be lost at once.
        _answer = NewAnswer();
        ForgetRound();
        _current = new RequestId(_connection.Gate.Add(this));
    }

    /// <summary>Takes the response to the request that is under way; false where the SDK's client waits for it.</summary>
    public bool TryAnswer(JsonRpcMessageWithId response)
    {
        if (_connection.Wire is null)
        {
            return false;
        }

        if (response.Id == _current)
        {
            _answer.TrySetResult(response);
        }

        return true;
    }

    /// <summary>The connection has ended, with the call unanswered.</summary>
    public void Lose(Exception reason) => _answer.TrySetException(reason);

    /// <summary>A request of it is about to be written: the first, or that of a further round.</summary>
    public void Sending(RequestId id)
    {
        _current = id;
        _sent = true;
    }

    public void NotSent() => _sent = _current != new RequestId(_id);

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
        _answer.TrySetCanceled();
        Volatile.Read(ref _inner)?.Cancel();
    }

    /// <summary>Waits until what has come before the response is passed on, and until nothing of the call runs here any more.</summary>
    public ValueTask FinishAsync()
    {
        _connection.Gate.Remove(_id);
        ForgetRound();
        return _progress is null && Volatile.Read(ref _cancelling) is null ? default : WaitAsync();

        async ValueTask WaitAsync()
        {
            if (_progress is { } progress)
            {
                await progress.CompleteAsync().ConfigureAwait(false);
            }

            if (Volatile.Read(ref _cancelling) is { } cancelling)
            {
                await cancelling.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Later rounds have ids of their own; the first one stays, because it is that of the progress.</summary>
    private void ForgetRound()
    {
        if (_current.Id is long last && last != _id)
        {
            _connection.Gate.Remove(last);
        }
    }

    private static TaskCompletionSource<JsonRpcMessageWithId> NewAnswer() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<JsonNode?> SendThroughClientAsync(string method, JsonObject parameters)
    {
        // Not disposed: whoever fails the call may hold it still, and without a timer it holds nothing.
        var inner = new CancellationTokenSource();
        Flowing.Value = this;
        Volatile.Write(ref _inner, inner);
        if (_failure is not null || Context.CancellationToken.IsCancellationRequested)
        {
            await inner.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            var request = new JsonRpcRequest { Id = _current, Method = method, Params = parameters };
            return (await _connection.Client.SendRequestAsync(request, inner.Token).ConfigureAwait(false)).Result;
        }
        finally
        {
            Volatile.Write(ref _inner, null);
            if (Volatile.Read(ref _cancelling) is { } cancelling)
            {
                await cancelling.ConfigureAwait(false);
            }
        }
    }

    private void Cancel() => Volatile.Write(ref _cancelling, CancelAsync());

    /// <summary>
    /// The notice first, then the end here: the SDK sends no notice of its own when its token is cancelled, and takes the
    /// call for ended as soon as it has sent ours.
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
            _answer.TrySetCanceled();
            if (Volatile.Read(ref _inner) is { } inner)
            {
                await inner.CancelAsync().ConfigureAwait(false);
            }
        }
    }
}
