namespace Mesh;

/// <summary>The running sums behind <see cref="JournalTotals"/>. Not thread-safe.</summary>
internal sealed class TotalsBook
{
    private readonly Column _byParticipant = new();
    private readonly Column _byTool = new();
    private readonly Column _byRoom = new();

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
        _byParticipant.Find(call.Caller).Add(in call);
        _byRoom.Find(call.Room).Add(in call);

        // Whoever calls what is not there may make up any number of names.
        _byTool.Find(call.ContractHash is null ? null : call.Target.Path).Add(in call);
    }

    public JournalTotals ToTotals() => new()
    {
        All = _byRoom.Sum(),
        ByParticipant = _byParticipant.ToTotals(),
        ByTool = _byTool.ToTotals(),
        ByRoom = _byRoom.ToTotals(),
    };

    private sealed class Column
    {
        private readonly Dictionary<string, Tally> _tallies = new(StringComparer.Ordinal);
        private string? _lastKey;
        private Tally? _last;

        public Tally Find(string? key)
        {
            // Calls come in runs, and names are the same strings then.
            if (_last is { } last && ReferenceEquals(key, _lastKey))
            {
                return last;
            }

            (_lastKey, _last) = (key, FindOrAdd(key ?? JournalTotals.Others));
            return _last;
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

        private Tally FindOrAdd(string key)
        {
            if (!_tallies.TryGetValue(key, out var tally))
            {
                key = _tallies.Count < JournalTotals.MostKeys ? key : JournalTotals.Others;
                if (!_tallies.TryGetValue(key, out tally))
                {
                    _tallies.Add(key, tally = new());
                }
            }

            return tally;
        }
    }
}
