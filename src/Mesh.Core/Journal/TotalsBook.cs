namespace Mesh;

/// <summary>
/// The running sums behind <see cref="JournalTotals"/>. Calls come in runs of the same caller, tool and room: a run is
/// summed up by itself, and looked up only when it is over. Not thread-safe.
/// </summary>
internal sealed class TotalsBook
{
    private readonly Column _byParticipant = new();
    private readonly Column _byTool = new();
    private readonly Column _byRoom = new();
    private readonly Tally _run = new();
    private string? _caller;
    private string? _room;
    private string? _tool;

    /// <summary>Adds an entry unless it is one of an event.</summary>
    public void AddCall(in JournalEntry entry)
    {
        if (entry.Event is null)
        {
            Add(in entry);
        }
    }

    /// <summary>Adds the entry of a call.</summary>
    public void Add(in JournalEntry call)
    {
        // Whoever calls what is not there may make up any number of names.
        string? tool = call.ContractHash is null ? null : call.Target.Path;
        if (!ReferenceEquals(call.Caller, _caller) || !ReferenceEquals(tool, _tool) || !ReferenceEquals(call.Room, _room))
        {
            EndRun();
            (_caller, _tool, _room) = (call.Caller, tool, call.Room);
        }

        _run.Add(in call);
    }

    public JournalTotals ToTotals()
    {
        EndRun();
        return new()
        {
            All = _byRoom.Sum(),
            ByParticipant = _byParticipant.ToTotals(),
            ByTool = _byTool.ToTotals(),
            ByRoom = _byRoom.ToTotals(),
        };
    }

    private void EndRun()
    {
        if (!_run.IsEmpty)
        {
            _byParticipant.Add(_caller, _run);
            _byTool.Add(_tool, _run);
            _byRoom.Add(_room, _run);
            _run.Clear();
        }
    }

    private sealed class Column
    {
        private readonly Dictionary<string, Tally> _tallies = new(StringComparer.Ordinal);

        public void Add(string? key, Tally run)
        {
            key ??= JournalTotals.Others;
            if (!_tallies.TryGetValue(key, out var tally))
            {
                key = _tallies.Count < JournalTotals.MostKeys ? key : JournalTotals.Others;
                if (!_tallies.TryGetValue(key, out tally))
                {
                    _tallies.Add(key, tally = new());
                }
            }

            tally.Add(run);
        }

        public CallTotals Sum()
        {
            var sum = new Tally();
            foreach (var tally in _tallies.Values)
            {
                sum.Add(tally);
            }

            return sum.ToTotals();
        }

        public Dictionary<string, CallTotals> ToTotals() =>
            _tallies.ToDictionary(each => each.Key, each => each.Value.ToTotals(), StringComparer.Ordinal);
    }
}
