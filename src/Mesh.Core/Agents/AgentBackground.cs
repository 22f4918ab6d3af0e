using System.Diagnostics;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// The background work of one registration of a publisher or a watcher: one run of its function at a time, begun again
/// with a growing pause when it fails, cancelled when the registration ends or its participant leaves.
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
            for (int failures = 0; !_stop.IsCancellationRequested;)
            {
                long startedAt = _room.Host.Clock.GetTimestamp();
                if (await RunOnceAsync().ConfigureAwait(false) is not { } failure)
                {
                    break;
                }

                failures = _room.Host.Clock.GetElapsedTime(startedAt) > LongestPause ? 1 : failures + 1;
                await PauseAsync(failures, failure).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped while it paused.
        }

        _items?.Complete();
    }

    /// <summary>Runs the function once. Returns what it failed with; null when it is done, or was stopped.</summary>
    private async Task<Exception?> RunOnceAsync()
    {
        try
        {
            await _agent.Code.InvokeAsync(NoArguments, new BackgroundContext(_room, new AgentAddress(Name, _room.Self.Name), _items, _stop.Token)).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Says that a run has failed, and waits before the next.</summary>
    private async Task PauseAsync(int failures, Exception failure)
    {
        var pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failures - 1, 10)));
        var host = _room.Host;

        // Begun before anybody hears of it, so that whoever does can count on it.
        var pausing = Task.Delay(pause, host.Clock, _stop.Token);
        host.ReportFault(new(MeshFaultKind.Agent, $"Agent '{Name}' failed in the background; it is started again in {pause.TotalSeconds:0} s.", failure));

        // Refused only when the lease is gone, and then the work is being stopped.
        _ = await _room.Call(
            "room/reportAgentFailure",
            JsonPayload.From(new ReportAgentFailureArguments(_lease, failures, pause), MeshJsonContext.Default.ReportAgentFailureArguments),
            CallOptions.OutsideAnyTree,
            _stop.Token).ConfigureAwait(false);
        await pausing.ConfigureAwait(false);
    }

    private async ValueTask<ToolResponse> SubscribeAsync(JsonElement arguments, CallContext context)
    {
        await _items!.WriteToAsync(context).ConfigureAwait(false);
        return EmptyResponse.Instance;
    }
}
