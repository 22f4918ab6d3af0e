namespace Mesh;

/// <summary>One start of an agent in one room, and all that comes with it, until it has stopped.</summary>
internal sealed class AgentRun(SingleRoomAgent agent, RoomClient room) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _starting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IAsyncDisposable> _leases = [];
    private bool _isPrepared;
    private bool _stopRequested;

    public RoomClient Room => room;

    /// <summary>The agent's own toolkits, as they are registered.</summary>
    public IReadOnlyList<AgentToolkit> Toolkits { get; private set; } = [];

    /// <summary>Completes when it has stopped.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Starts it; what it has done is undone when that fails.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // The agent's life is no part of a call in which it may be started.
        CallContext.Leave();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            await StartAsync(either).ConfigureAwait(false);
            _starting.SetResult();
        }
        catch (Exception exception)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await UndoAsync().ConfigureAwait(false);
            _leases.Clear();
            _isPrepared = false;
            _starting.SetResult();
            _stopped.TrySetResult();
            if (exception is OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new MeshException(StoppedMeanwhile(), exception);
            }

            throw;
        }
    }

    /// <summary>
    /// Stops it, once. Who calls it again waits for the same end, unless it would be waiting for itself. The token's source is
    /// not disposed: a start that is left behind may still ask for it, and without a timer it holds nothing.
    /// </summary>
    public ValueTask DisposeAsync() =>
        !Interlocked.Exchange(ref _stopRequested, true) ? new(StopAsync())
        : AgentWork.IsCurrent ? default
        : new(_stopped.Task);

    private async Task StartAsync(CancellationTokenSource cancellation)
    {
        // Looked at here, and not before the run is there: whoever disposes the agent waits for the end of this start.
        agent.ThrowIfDisposed();
        var token = cancellation.Token;
        if (room.Completion.IsCompleted)
        {
            throw new MeshException(StoppedMeanwhile());
        }

        // It ends with its participant or its room; the task that it then has is the one that whoever stops it waits for.
        _ = room.Completion.ContinueWith(
            static (_, state) => ((AgentRun)state!).DisposeAsync().AsTask(), this, _stop.Token, TaskContinuationOptions.None, TaskScheduler.Default);
        await new RequirementWait(agent, room).WaitAsync(token).ConfigureAwait(false);
        await agent.EnterAsync(token).AsTask().WaitAsync(token).ConfigureAwait(false);
        _isPrepared = true;

        // Before the agent itself, whose first call may come at once and use them.
        var local = new List<AgentToolkit>();
        foreach (var toolkit in agent.Toolkits)
        {
            var lease = await room.Toolkits.RegisterAsync(toolkit, new() { Private = true }, token).ConfigureAwait(false);
            _leases.Add(lease);
            string self = room.Self.Name;
            local.Add(new(ToolkitRegistration.Describe(lease.Toolkit) with { Participant = self, IsPrivate = true }, AgentToolkitSource.Local, self));
        }

        Toolkits = local;
        await agent.OfferAsync(room, _leases, token).ConfigureAwait(false);
        _leases.Add(await AgentRegistration.CreateAsync(room, agent, agent.Registration, token).ConfigureAwait(false));
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _starting.Task.ConfigureAwait(false);
        await UndoAsync().ConfigureAwait(false);
        _stopped.TrySetResult();
    }

    /// <summary>Takes all of it back, the last first: the calls that the agent still serves use its toolkits.</summary>
    private async Task UndoAsync()
    {
        foreach (var lease in Enumerable.Reverse(_leases))
        {
            try
            {
                await lease.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Report("did not withdraw what it offers", exception);
            }
        }

        if (_isPrepared)
        {
            await LeaveAsync().ConfigureAwait(false);
        }
    }

    private async Task LeaveAsync()
    {
        CallContext.Leave();
        AgentWork.Enter();
        var host = room.Host;
        using var limit = new CancellationTokenSource(host.Options.ServiceTimeout, host.Clock);
        try
        {
            await agent.ExitAsync(limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Report("failed, or took too long, when it was stopped", exception);
        }
    }

    private void Report(string what, Exception exception) =>
        room.Host.ReportFault(new(MeshFaultKind.Agent, $"Agent '{agent.Name}' in room '{room.Name}' {what}.", exception));

    private MeshError StoppedMeanwhile() => room.Completion.IsCompleted
        ? new(MeshErrorCode.Closed, $"Agent '{agent.Name}' cannot start: '{room.Self.Name}' is no longer in room '{room.Name}'.")
        {
            Remedy = "Join again, and start the agent with that client.",
        }
        : new(MeshErrorCode.Closed, $"Agent '{agent.Name}' was stopped while it was starting in room '{room.Name}'.");
}
