namespace Mesh.Mcp;

/// <summary>
/// The calls that wait for a client to come back with an answer. Each waits once for each state that it gave out, for a
/// limited time, and there are no more than so many; what is not taken up is cancelled.
/// </summary>
internal sealed class WaitingCalls(RequestStates states, TimeProvider clock, TimeSpan patience, int most, string participant) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<MeshId, Waiting> _waiting = [];
    private bool _closed;

    /// <summary>Lets a call wait.</summary>
    /// <returns>The state that the client has to bring back; null where there is no place.</returns>
    public string? TryKeep(RoundCall call)
    {
        var ticket = states.NewId();
        var waiting = new Waiting(call);
        lock (_gate)
        {
            if (_closed || _waiting.Count >= most)
            {
                return null;
            }

            _waiting.Add(ticket, waiting);
            waiting.Expiry = clock.CreateTimer(_ => Take(ticket)?.Cancel(), null, patience, Timeout.InfiniteTimeSpan);
        }

        return states.Seal(ticket, patience, BoundTo(call.Tool.Name, call.Arguments));
    }

    /// <summary>Takes a call up again; null for a state that is not known, for whatever reason.</summary>
    public RoundCall? Resume(string state, string tool, string arguments) =>
        states.Open(state, BoundTo(tool, arguments)) is { } ticket ? Take(ticket) : null;

    /// <summary>Cancels what waits for a session that has ended.</summary>
    public void CancelAllOf(object session) => CancelWhere(call => call.Session == session);

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
        }

        CancelWhere(static _ => true);
    }

    private void CancelWhere(Func<RoundCall, bool> isMeant)
    {
        MeshId[] tickets;
        lock (_gate)
        {
            tickets = [.. _waiting.Where(each => isMeant(each.Value.Call)).Select(static each => each.Key)];
        }

        foreach (var ticket in tickets)
        {
            Take(ticket)?.Cancel();
        }
    }

    private RoundCall? Take(MeshId ticket)
    {
        Waiting? waiting;
        lock (_gate)
        {
            if (!_waiting.Remove(ticket, out waiting))
            {
                return null;
            }
        }

        waiting.Expiry?.Dispose();
        return waiting.Call;
    }

    private string BoundTo(string tool, string arguments) => $"{participant}\n{tool}\n{arguments}";

    private sealed class Waiting(RoundCall call)
    {
        public RoundCall Call => call;

        public ITimer? Expiry { get; set; }
    }
}
