namespace Mesh;

/// <summary>
/// The running sums behind <see cref="JournalTotals"/>. Calls come in runs of the same caller, tool and room: a run is
/// summed up by itself, and looked up only when it is over. Not thread-safe.
/// </summary>
internal sealed class TotalsBook
{
    private readonly TotalsColumn _byParticipant = new();
    private readonly TotalsColumn _byTool = new();
    private readonly TotalsColumn _byRoom = new();
    private Tally _run;
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
        Begin(call.Caller, call.ContractHash is null ? null : call.Target.Path, call.Room);
        _run.Add(call.Status, call.Duration.Ticks, call.BytesIn, call.BytesOut, call.Usage);
    }

    /// <summary>Adds the record of a call that this host has run.</summary>
    public void Add(in CallRecord call)
    {
        var caller = call.Caller!;
        Begin(caller.Name, call.Tool?.Path, caller.Room.Name);
        _run.Add(call.Status, call.Duration.Ticks, call.BytesIn, call.BytesOut, call.Usage);
    }

    /// <summary>The sums as they are now, to be turned into totals when no lock is held any more.</summary>
    public Copy Take()
    {
        EndRun();
        return new(_byParticipant.Take(), _byTool.Take(), _byRoom.Take());
    }

    private void Begin(string? caller, string? tool, string room)
    {
        if (!ReferenceEquals(caller, _caller) || !ReferenceEquals(tool, _tool) || !ReferenceEquals(room, _room))
        {
            EndRun();
            (_caller, _tool, _room) = (caller, tool, room);
        }
    }

    private void EndRun()
    {
        if (!_run.IsEmpty)
        {
            _byParticipant.Add(_caller, in _run);
            _byTool.Add(_tool, in _run);
            _byRoom.Add(_room, in _run);
            _run = default;
        }
    }

    /// <summary>The sums of one moment.</summary>
    public readonly struct Copy(TotalsColumn.Copy byParticipant, TotalsColumn.Copy byTool, TotalsColumn.Copy byRoom)
    {
        public JournalTotals ToTotals() => new()
        {
            All = byRoom.Sum(),
            ByParticipant = byParticipant.ToTotals(),
            ByTool = byTool.ToTotals(),
            ByRoom = byRoom.ToTotals(),
        };
    }
}
