namespace Mesh;

/// <summary>The agents of a room: the tools <c>room/registerAgent</c>, <c>room/unregisterAgent</c>, <c>room/listAgents</c>
/// and <c>room/reportAgentFailure</c>.</summary>
internal static class RoomAgents
{
    private static readonly RoomRight UseAgents = new("agents.useAgents", grants => grants.Agents?.UseAgents ?? false);

    public static ValueTask<RegisterToolkitResult> Register(CallState call, RegisterAgentArguments arguments)
    {
        var (provider, contract) = (call.Member, arguments.Agent);
        contract.Check();
        var options = RoomRegistrations.OptionsOf(arguments, arguments.Private);
        var info = new AgentInfo
        {
            Contract = contract,
            Participant = provider.Snapshot.Name,
            Registration = arguments.Registration,
            IsPrivate = options.Private,
            AddressedOnly = options.AddressedOnly,
        };
        var lease = new AgentLease(provider, arguments.Registration, info, options, lease =>
        [
            new ToolInstance(
                $"{Names.AgentToolkit}/{contract.Name}",
                RoomRegistrations.Prepare(call, $"Agent '{contract.Name}'", contract.ToTool()),
                provider.Receiver.GetInvoker(arguments.Registration, contract.Name),
                lease,
                UseAgents)
            {
                IsDrained = true,
                Background = contract.RunsInBackground ? contract : null,
                Gate = CallGate.Of(options),
            },
        ]);
        return new(new RegisterToolkitResult(RoomRegistrations.Add(call, lease)));
    }

    /// <summary>Withdraws an agent, and waits for the calls that it serves if it is to; those that the host's limit does not suffice for are ended.</summary>
    public static async ValueTask<NoResult> Unregister(CallState call, UnregisterAgentArguments arguments)
    {
        var lease = RoomRegistrations.Find(call, arguments.Registration);
        call.Member.Room.Withdraw(lease);
        if (arguments.Drain)
        {
            var (agent, host) = (lease.Tools[0], call.Host);
            try
            {
                await agent.DrainAsync().WaitAsync(host.Options.DrainTimeout, host.Clock, call.CancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                foreach (var running in call.Member.RunningCalls().Where(running => running.Instance == agent))
                {
                    running.Abandon(CallErrors.AgentStopped(running));
                }
            }
        }

        return default;
    }

    /// <summary>Says in the room that an agent's background work has failed.</summary>
    public static ValueTask<NoResult> ReportFailure(CallState call, ReportAgentFailureArguments arguments)
    {
        if (RoomRegistrations.Find(call, arguments.Registration) is AgentLease { Agent.Contract.RunsInBackground: true } lease)
        {
            var (kind, change) = lease.Fail(arguments.Failures, arguments.RetryAfter);
            call.Member.Room.Publish(kind, change);
        }

        return default;
    }

    public static ValueTask<IReadOnlyList<AgentInfo>> List(CallState call, AgentFilter filter) => new(
    [
        .. call.Member.Room.Tools.VisibleTo(call)
            .OfType<AgentLease>()
            .Where(lease => filter.Matches(lease.Agent) && lease.IsGrantedTo(call.Member.Grants))
            .Select(lease => lease.Agent),
    ]);
}
