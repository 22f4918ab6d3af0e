using System.Diagnostics;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// The background work of one registration of a publisher or a watcher: one run of its function at a time, begun again
/// with a growing pause when it fails, cancelled when the registration ends or its participant leaves. Behind a gate it runs
/// only while the room's state says so.
/// </summary>
internal sealed class AgentBackground : IDisposable
{
    /// <summary>The pause after the first failure; it doubles with each further one in a row.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause. A run that lasted longer than this begins the count anew.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private static readonly JsonElement NoArguments = JsonElement.Parse("{}");

    private readonly CancellationTokenSource _stop = new();
    private readonly RoomClient _room;
    private readonly Agent _agent;
    private readonly MeshId _lease;
    private readonly PublishedItems? _items;

    public AgentBackground(RoomClient room, Agent agent, MeshId lease)
    {
        _room = room;
        _agent = agent;
        _lease = lease;
        _items = agent.Contract.Streams ? new(room.Host.Clock) : null;
        Subscriptions = new FunctionTool(agent.Contract.ToTool(), SubscribeAsync);
    }

    /// <summary>What serves those who subscribe.</summary>
    public Tool Subscriptions { get; }

    /// <summary>The agent's name.</summary>
    public string Name => _agent.Name;

    /// <summary>Completes when no run goes on and none will be begun.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    public void Start()
    {
        // On the pool: a function that blocks its thread must not block whoever registers it.
        Running = Task.Run(RunAsync);
    }

    /// <summary>Cancels what runs. The source stays usable for what does not listen, and without timers holds nothing.</summary>
    public void Dispose() => _ = _stop.CancelAsync();

    private async Task RunAsync()
    {
        CallContext.Leave();
        Activity.Current = null;
        AgentWork.Enter();
        _ = _room.Completion.ContinueWith(
            static (_, state) => ((AgentBackground)state!).Dispose(), this, _stop.Token, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await SuperviseAsync(_agent.Gate is { } gate ? stop => RunWhileOpenAsync(gate, stop) : RunAsync, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }

        _items?.Complete();
    }

    /// <summary>Runs something until it is done, and begins it again when it fails, after a pause.</summary>
    private async Task SuperviseAsync(Func<CancellationToken, Task> run, CancellationToken stop)
    {
        for (int failures = 0; !stop.IsCancellationRequested;)
        {
            long startedAt = _room.Host.Clock.GetTimestamp();
            Exception failure;
            try
            {
                await run(stop).ConfigureAwait(false);
                break;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                failure = exception;
            }

            failures = _room.Host.Clock.GetElapsedTime(startedAt) > LongestPause ? 1 : failures + 1;
            await PauseAsync(failures, failure, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Runs the function once.</summary>
    private async Task RunAsync(CancellationToken stop) =>
        await _agent.Code.InvokeAsync(NoArguments, new BackgroundContext(_room, new AgentAddress(Name, _room.Self.Name), _items, stop)).ConfigureAwait(false);

    /// <summary>Runs the function each time the gate opens, one run at a time, and cancels it when the gate closes.</summary>
    private async Task RunWhileOpenAsync(AgentGate gate, CancellationToken stop)
    {
        bool isOpen = false;
        CancellationTokenSource? opening = null;
        var running = Task.CompletedTask;
        try
        {
            await foreach (var change in _room.State.WatchAsync(gate.Key, StateWatchStart.Current, stop).ConfigureAwait(false))
            {
                isOpen = change.Kind switch
                {
                    StateChangeKind.Put => gate.Accepts(change.Entry!.Value),
                    StateChangeKind.Synced => isOpen,
                    _ => false,
                };

                // After a gap the value that the key has now is yet to come.
                if (change.Kind == StateChangeKind.Lagged || isOpen == opening is not null)
                {
                    continue;
                }

                if (isOpen)
                {
                    opening = CancellationTokenSource.CreateLinkedTokenSource(stop);
                    var open = opening.Token;
                    running = Task.Run(() => SuperviseAsync(RunAsync, open), CancellationToken.None);
                }
                else
                {
                    // What the key was given meanwhile is told afterwards: of one key the last value is never passed over.
                    await CloseAsync().ConfigureAwait(false);
                }
            }
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.Cancelled || exception.Code == MeshErrorCode.Closed)
        {
            // The participant has left, or its room is being retired, and this is told of it before its own end is.
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
        }

        async Task CloseAsync()
        {
            if (opening is not null)
            {
                await opening.CancelAsync().ConfigureAwait(false);
                try
                {
                    await running.ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    // It paused.
                }

                opening.Dispose();
                opening = null;
            }
        }
    }

    /// <summary>Says that a run has failed, and waits before the next.</summary>
    private async Task PauseAsync(int failures, Exception failure, CancellationToken stop)
    {
        var pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failures - 1, 10)));
        var host = _room.Host;

        // Begun before anybody hears of it, so that whoever does can count on it.
        var pausing = Task.Delay(pause, host.Clock, stop);
        host.ReportFault(new(MeshFaultKind.Agent, $"Agent '{Name}' failed in the background; it is started again in {pause.TotalSeconds:0} s.", failure));

        // Refused only when the lease is gone, and then the work is being stopped.
        _ = await _room.Call(
            "room/reportAgentFailure",
            JsonPayload.From(new ReportAgentFailureArguments(_lease, failures, pause), MeshJsonContext.Default.ReportAgentFailureArguments),
            CallOptions.OutsideAnyTree,
            stop).ConfigureAwait(false);
        await pausing.ConfigureAwait(false);
    }

    private async ValueTask<ToolResponse> SubscribeAsync(JsonElement arguments, CallContext context)
    {
        await _items!.WriteToAsync(context).ConfigureAwait(false);
        return EmptyResponse.Instance;
    }
}
