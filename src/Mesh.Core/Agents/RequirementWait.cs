namespace Mesh;

/// <summary>
/// Waits until all that an agent requires is in its room at the same time. It looks when the room's events say that
/// something has come, and once more when the time is over, for what comes without an event, such as new grants.
/// </summary>
internal sealed class RequirementWait(SingleRoomAgent agent, RoomClient room)
{
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
            // From this participant's joining on: what came since the first look is among it.
            await foreach (var e in room.Events.ReadAsync(default, either.Token).ConfigureAwait(false))
            {
                if (missing.Exists(each => each.MayComeWith(e)))
                {
                    missing = await FindMissingAsync(cancellationToken).ConfigureAwait(false);
                    if (missing.Count == 0)
                    {
                        return;
                    }
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
        // Outside of any call: what a caller has, or gives, is only for its own tree, and nothing that an agent relies on.
        CallContext.Leave();
        var present = new List<ToolkitInfo>();
        bool needsToolkits = false;
        foreach (var requirement in requirements.DistinctBy(each => each.Name))
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
        var present = await ListAsync(room, agent.Requires, cancellationToken).ConfigureAwait(false);
        return [.. agent.Requires.Where(each => each.FindIn(present, room.Self.Name) is null)];
    }

    private MeshError Missing(List<Requirement> missing)
    {
        // What a service of the host offers mostly has the name of the service.
        var services = room.Host.Options.RoomServices.Where(service => missing.Exists(each => each.IsAgent ? each.Tools[0] == service.Name : each.Name == service.Name));
        string hints = string.Concat(services.Select(service => service.IsFor(room.Name)
            ? $" The host's service '{service.Name}' is for this room; it may not have started."
            : $" The host's service '{service.Name}' is for other rooms ('{service.RoomPattern}')."));
        return new(
            MeshErrorCode.Unavailable,
            $"Agent '{agent.Name}' cannot start in room '{room.Name}': within {agent.RequirementTimeout.TotalSeconds:0.###} s nobody offered '{room.Self.Name}' {string.Join("; ", missing)}.{hints}")
        {
            Remedy = "Let somebody in the room offer it, with the grants to use it, or allow more time with RequirementTimeout.",
            Retryable = true,
        };
    }
}
