namespace Mesh;

/// <summary>
/// What one participant's agents do that nobody waits for: background work, and messages whose replies are handled when
/// they come. It ends with the participant, who waits for it.
/// </summary>
internal sealed class AgentWork(RoomClient room) : IAsyncDisposable
{
    /// <summary>How many messages may wait for their replies at once; who sends more waits.</summary>
    public const int MostSent = 1_024;

    private static readonly AsyncLocal<bool> IsInside = new();

    private readonly SemaphoreSlim _free = new(MostSent);
    private readonly HashSet<AgentBackground> _running = [];
    private readonly HashSet<Task> _sent = [];

    /// <summary>Whether whoever waits here for a call of an agent, or for its work, may be waiting for itself.</summary>
    public static bool IsCurrent => IsInside.Value || CallContext.Current is not null;

    /// <summary>Marks the rest of the calling async method as a part of some agent's work.</summary>
    public static void Enter() => IsInside.Value = true;

    public void Start(AgentBackground background)
    {
        lock (_running)
        {
            _running.Add(background);
        }

        background.Start();
    }

    /// <summary>Stops one agent's background work.</summary>
    public async ValueTask StopAsync(AgentBackground background)
    {
        background.Dispose();
        await WaitAsync(background.Running, $"The background work of agent '{background.Name}' did not stop in time.").ConfigureAwait(false);
        lock (_running)
        {
            _running.Remove(background);
        }
    }

    /// <summary>Stops all of it: the participant has left.</summary>
    public async ValueTask DisposeAsync()
    {
        AgentBackground[] running;
        Task[] sent;
        lock (_running)
        {
            running = [.. _running];
        }

        lock (_sent)
        {
            sent = [.. _sent];
        }

        if (running.Length + sent.Length > 0)
        {
            await Task.WhenAll(running.Select(background => StopAsync(background).AsTask())).ConfigureAwait(false);
            await WaitAsync(Task.WhenAll(sent), "A reply handler did not end in time.").ConfigureAwait(false);
        }
    }

    /// <summary>Makes a call that nobody waits for.</summary>
    public async ValueTask SendAsync(AgentAddress agent, JsonPayload arguments, Func<CallOutcome, ValueTask>? onReply, CallOptions? options, CancellationToken cancellationToken)
    {
        // Who sends goes on, and may change or dispose what it has given.
        arguments = arguments.Clone();
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);

        // On the pool: an agent that works, or blocks, before it first waits would hold up the sender.
        Track(Task.Run(() => RunAsync(agent, arguments, onReply, options), CancellationToken.None));
    }

    /// <summary>Lets whoever closes the participant's client wait for something that nobody else waits for any more.</summary>
    public void Track(Task running)
    {
        lock (_sent)
        {
            _sent.Add(running);
        }

        _ = running.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Forget(Task sent)
    {
        lock (_sent)
        {
            _sent.Remove(sent);
        }
    }

    private async Task RunAsync(AgentAddress agent, JsonPayload arguments, Func<CallOutcome, ValueTask>? onReply, CallOptions? options)
    {
        CallOutcome outcome;
        try
        {
            outcome = await room.Call(agent.Tool, arguments, options, default).ConfigureAwait(false);
        }
        finally
        {
            // Before the handler, which may wait for a place itself.
            _free.Release();
        }

        if (onReply is not null)
        {
            try
            {
                Enter();
                await onReply(outcome).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                room.Host.ReportFault(new(MeshFaultKind.Agent, $"The handler of a reply from agent '{agent}' threw.", exception));
            }
        }
    }

    /// <summary>Waits for something that is about to end, up to the host's limit. Inside of an agent's own work or a call it would be waiting for itself.</summary>
    private async ValueTask WaitAsync(Task ending, string otherwise)
    {
        var limit = room.Host.Options.DrainTimeout;
        if (ending.IsCompleted || limit == TimeSpan.Zero || IsCurrent)
        {
            return;
        }

        try
        {
            await ending.WaitAsync(limit, room.Host.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            room.Host.ReportFault(new(MeshFaultKind.Agent, otherwise, exception));
        }
    }
}
