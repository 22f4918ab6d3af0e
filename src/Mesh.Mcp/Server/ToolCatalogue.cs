namespace Mesh.Mcp;

/// <summary>The tools of a room for one participant, prepared once and again when the room or its rights have changed.</summary>
internal sealed class ToolCatalogue(RoomClient room, RoomMcpServerOptions options, Action<MeshError> onSkipped) : IAsyncDisposable
{
    private readonly RoomChanges _changes = new(room);
    private readonly Lock _gate = new();
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private Task<ServedTools>? _prepared;

    /// <summary>The tools as they are now.</summary>
    /// <exception cref="MeshException">The participant has left the room (<see cref="MeshErrorCode.Closed"/>).</exception>
    public ValueTask<ServedTools> GetAsync(CancellationToken cancellationToken)
    {
        Task<ServedTools> prepared;
        Task<Task<ServedTools>>? work = null;
        lock (_gate)
        {
            if (_changes.Take() || _prepared is { IsCompleted: true, IsCompletedSuccessfully: false })
            {
                _prepared = null;
            }

            if (_prepared is null)
            {
                work = new(PrepareAsync);
                _prepared = work.Unwrap();
            }

            prepared = _prepared;
        }

        // Outside of the lock: the calls that it makes pass the host's own code.
        work?.RunSynchronously(TaskScheduler.Default);
        return prepared.IsCompletedSuccessfully ? new(prepared.Result) : new(prepared.WaitAsync(cancellationToken));
    }

    public ValueTask DisposeAsync() => _changes.DisposeAsync();

    private async Task<ServedTools> PrepareAsync()
    {
        var toolkits = await room.Toolkits.ListAsync(null, CancellationToken.None).ConfigureAwait(false);
        var builtIn = options.BuiltInToolkits.Count == 0 ? [] : await room.Toolkits.ListBuiltInAsync(CancellationToken.None).ConfigureAwait(false);
        var agents = await room.Agents.AsToolkitAsync(null, CancellationToken.None).ConfigureAwait(false);
        var names = new ToolNameTable();
        var tools = new List<ServedTool>();
        var known = new HashSet<ToolAddress>();
        foreach (var toolkit in toolkits.Where(each => !IsAskUser(each)).OrderBy(RankOf).Append(agents).Concat(builtIn.Where(IsServed).Select(WithoutWatches)))
        {
            foreach (var tool in toolkit.Tools)
            {
                var address = new ToolAddress(toolkit.Name, tool.Name, toolkit.AddressedOnly ? toolkit.Participant : null);
                if (known.Add(address) && TryServe(names, address, tool) is { } served)
                {
                    tools.Add(served);
                }
            }
        }

        return new(tools, ToolRules.Of(toolkits));
    }

    /// <summary>Where several offer a tool of one address, the one that a call reaches comes first.</summary>
    private int RankOf(ToolkitInfo toolkit) => !toolkit.IsPrivate ? 1 : toolkit.Participant == room.Self.Name ? 0 : 2;

    /// <summary>What asks the client's own person is for the others in the room.</summary>
    private bool IsAskUser(ToolkitInfo toolkit) =>
        toolkit.IsPrivate && toolkit.Participant == room.Self.Name && toolkit.Name == PersonTools.Toolkit && toolkit.Tools is [{ Name: "ask_user" }, ..];

    private bool IsServed(ToolkitInfo builtIn) => options.BuiltInToolkits.Contains(builtIn.Name, StringComparer.Ordinal);

    private static ToolkitInfo WithoutWatches(ToolkitInfo builtIn) => builtIn with { Tools = [.. builtIn.Tools.Where(static tool => !tool.Streams)] };

    private ServedTool? TryServe(ToolNameTable names, ToolAddress address, ToolDefinition tool)
    {
        try
        {
            if (tool.TakesStream)
            {
                throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, $"Tool '{address}' reads a stream of input, which MCP does not have.")
                {
                    Remedy = "Offer another tool beside it that takes its input as arguments.",
                });
            }

            return new(names.Add(address), address, tool);
        }
        catch (MeshException exception)
        {
            Skip(address, exception.Error);
            return null;
        }
    }

    private void Skip(ToolAddress address, MeshError error)
    {
        lock (_gate)
        {
            if (!_reported.Add(address.ToString()))
            {
                return;
            }
        }

        onSkipped(error);
    }
}
