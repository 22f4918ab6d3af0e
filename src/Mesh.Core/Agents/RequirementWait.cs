using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Mesh;

/// <summary>
/// Waits until all that an agent requires is in its room at the same time. It looks when the room's events say that
/// something has come, or the changes of what is no toolkit, and once more when the time is over, for what comes without an event, such as new grants.
/// </summary>
internal sealed class RequirementWait(SingleRoomAgent agent, RoomClient room)
{
    private IReadOnlyList<ToolkitInfo> _present = [];

    /// <exception cref="MeshException">Something did not come in time (<see cref="MeshErrorCode.Unavailable"/>), or the
    /// participant has left (<see cref="MeshErrorCode.Closed"/>).</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var missing = await FindMissingAsync(cancellationToken).ConfigureAwait(false);
        if (missing.Count == 0)
        {
            return;
        }

        using var limit = new CancellationTokenSource(agent.RequirementTimeout, room.Host.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await foreach (bool _ in SignalsAsync(either.Token).ConfigureAwait(false))
            {
                missing = await FindMissingAsync(cancellationToken).ConfigureAwait(false);
                if (missing.Count == 0)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is over.
        }

        // Where the events ended because the participant has left, this fails and says so.
        missing = await FindMissingAsync(cancellationToken).ConfigureAwait(false);
        if (missing.Count > 0)
        {
            throw new MeshException(Missing(missing));
        }
    }

    /// <summary>What is in the room for a participant itself, of the kinds that are required.</summary>
    public static async ValueTask<IReadOnlyList<ToolkitInfo>> ListAsync(
        RoomClient room, IReadOnlyList<Requirement> requirements, CancellationToken cancellationToken)
    {
        LeaveCall();
        var present = new List<ToolkitInfo>();
        bool needsToolkits = false;
        foreach (var requirement in requirements.Where(each => each.Look is null).DistinctBy(each => each.Name))
        {
            if (BuiltInToolkits.Named(requirement.Name) is { } own)
            {
                present.Add(new() { Name = requirement.Name, Tools = [.. own.Definitions] });
            }
            else if (requirement.IsAgent)
            {
                var agents = await room.Agents.ListAsync(null, cancellationToken).ConfigureAwait(false);
                present.AddRange(agents.Where(agent => agent.Contract.IsInvocable).Select(AsToolkit));
            }
            else
            {
                needsToolkits = true;
            }
        }

        return needsToolkits ? [.. present, .. await room.Toolkits.ListAsync(null, cancellationToken).ConfigureAwait(false)] : present;
    }

    /// <summary>Outside of any call: what a caller has, or gives, is only for its own tree, and nothing that an agent relies on.</summary>
    private static void LeaveCall() => CallContext.Leave();

    private static ToolkitInfo AsToolkit(AgentInfo agent) => new()
    {
        Name = Names.AgentToolkit,
        Description = AgentsClient.ToolkitDescription,
        Participant = agent.Participant,
        IsPrivate = agent.IsPrivate,
        AddressedOnly = agent.AddressedOnly,
        Tools = [agent.Contract.ToTool()],
    };

    private async Task<List<Requirement>> FindMissingAsync(CancellationToken cancellationToken)
    {
        LeaveCall();
        _present = await ListAsync(room, agent.Requires, cancellationToken).ConfigureAwait(false);
        var missing = new List<Requirement>();
        foreach (var each in agent.Requires)
        {
            if (!(each.Look is { } look ? await look(room, cancellationToken).ConfigureAwait(false) : each.FindIn(_present, room.Self.Name) is not null))
            {
                missing.Add(each);
            }
        }

        return missing;
    }

    /// <summary>A signal whenever it is worth looking again; several that come meanwhile are one. It ends when one of its sources does.</summary>
    private async IAsyncEnumerable<bool> SignalsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LeaveCall();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var sources = agent.Requires.Select(each => each.Changes).OfType<Func<RoomClient, CancellationToken, IAsyncEnumerable<object>>>()
            .Select(changes => ForwardAsync(() => changes(room, stop.Token), static _ => true, signals.Writer, stop.Token))

            // From this participant's joining on: what came since the first look is among it.
            .Append(ForwardAsync(() => room.Events.ReadAsync(default, stop.Token), e => agent.Requires.Any(each => each.MayComeWith(e)), signals.Writer, stop.Token))
            .ToArray();
        try
        {
            await foreach (bool signal in signals.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return signal;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await EndAsync(Task.WhenAll(sources)).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for streams that were cancelled. One that does not listen to that holds no start up for ever.</summary>
    private async Task EndAsync(Task sources)
    {
        try
        {
            await sources.WaitAsync(room.Host.Options.ServiceTimeout, room.Host.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            room.Host.ReportFault(new(MeshFaultKind.Agent, $"What tells agent '{agent.Name}' of changes to what it requires did not end when it was cancelled.", exception));
        }
    }

    /// <summary>Never faults: what fails or ends completes the signals.</summary>
    private static async Task ForwardAsync<T>(Func<IAsyncEnumerable<T>> items, Func<T, bool> matters, ChannelWriter<bool> signals, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in items().WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (matters(item))
                {
                    signals.TryWrite(true);
                }
            }

            signals.TryComplete();
        }
        catch (Exception exception)
        {
            signals.TryComplete(exception);
        }
    }

    private string Lacking(Requirement requirement)
    {
        var offered = _present.Where(toolkit => requirement.IsNamed(toolkit, room.Self.Name)).ToArray();
        string[] lacking = [.. requirement.Tools.Except(offered.SelectMany(toolkit => toolkit.Tools).Select(tool => tool.Name), StringComparer.Ordinal)];
        string participants = string.Join(", ", offered.Select(toolkit => toolkit.Participant).OfType<string>().Distinct().Order(StringComparer.Ordinal).Select(name => $"'{name}'"));
        return $" Toolkit '{requirement.Name}' is offered{(participants.Length == 0 ? "" : $" by {participants}")}"
            + (lacking.Length == 0 ? ", with these tools only in part each." : $", without {string.Join(", ", lacking)}.");
    }

    private MeshError Missing(List<Requirement> missing)
    {
        // What a service of the host offers mostly has the name of the service. Of what is there, only tools are missing.
        var there = missing.Where(each => !each.IsAgent && _present.Any(toolkit => each.IsNamed(toolkit, room.Self.Name))).ToArray();
        var services = room.Host.Options.RoomServices.Where(service =>
            missing.Exists(each => !there.Contains(each) && (each.IsAgent ? each.Tools[0] == service.Name : each.Name == service.Name)));
        string hints = string.Concat(there.Select(Lacking)) + string.Concat(services.Select(service => service.IsFor(room.Name)
            ? $" The host's service '{service.Name}' is for this room; it may not have started."
            : $" The host's service '{service.Name}' is for other rooms ('{service.RoomPattern}')."));
        var (others, offered) = (missing.Where(each => each.Look is not null).ToArray(), missing.Where(each => each.Look is null).ToArray());
        string[] reasons =
        [
            .. offered.Length > 0 ? [$"nobody offered '{room.Self.Name}' {string.Join("; ", offered)}"] : (string[])[],
            .. others.Select(each => $"there was no {each}"),
        ];
        return new(
            MeshErrorCode.Unavailable,
            $"Agent '{agent.Name}' cannot start in room '{room.Name}': within {agent.RequirementTimeout.TotalSeconds:0.###} s {string.Join("; ", reasons)}.{hints}")
        {
            Remedy = "Let somebody in the room offer it, or make it, with the grants to use it, or allow more time with RequirementTimeout.",
            Retryable = true,
        };
    }
}
