using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>
/// The running sums behind <see cref="JournalTotals"/>. Mostly a few callers call a few tools in turn: the calls of one
/// caller, tool and room are a run, summed up by itself, and looked up only when another one takes its place. Not thread-safe.
/// </summary>
internal sealed class TotalsBook
{
    private const int Places = 16;

    private readonly TotalsColumn _byParticipant = new();
    private readonly TotalsColumn _byTool = new();
    private readonly TotalsColumn _byRoom = new();
    private readonly TotalsColumn _byModel = new();
    private readonly Run[] _runs = new Run[Places];
    private int _last;

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
        Of(call.Caller, call.ContractHash is null ? null : call.Target.Path, call.Room).Add(call.Status, call.Duration.Ticks, call.BytesIn, call.BytesOut, call.Usage);
        AddModels(call.Status, call.Usage?.Models);
    }

    /// <summary>Adds the record of a call that this host has run.</summary>
    public void Add(in CallRecord call)
    {
        var caller = call.Caller!;
        var usage = call.Usage;
        Of(caller.Name, call.Tool?.Path, caller.Room.Name).Add(call.Status, call.Duration.Ticks, call.BytesIn, call.BytesOut, usage);
        if (usage is not null)
        {
            AddModels(call.Status, usage.Models);
        }
    }

    /// <summary>The sums as they are now, to be turned into totals when no lock is held any more.</summary>
    public Copy Take()
    {
        foreach (ref var run in _runs.AsSpan())
        {
            End(ref run);
        }

        return new(_byParticipant.Take(), _byTool.Take(), _byRoom.Take(), _byModel.Take());
    }

    /// <summary>The sums of a run. Names are told apart by reference: that of one participant or tool is one object.</summary>
    private ref Tally Of(string? caller, string? tool, string room)
    {
        ref var run = ref _runs[_last];
        if (!run.Is(caller, tool, room))
        {
            _last = (RuntimeHelpers.GetHashCode(caller) ^ RuntimeHelpers.GetHashCode(tool)) & (Places - 1);
            run = ref _runs[_last];
            if (!run.Is(caller, tool, room))
            {
                End(ref run);
                (run.Caller, run.Tool, run.Room) = (caller, tool, room);
            }
        }

        return ref run.Sums;
    }

    private void AddModels(CallStatus status, IReadOnlyList<ModelUsage>? models)
    {
        foreach (var each in models ?? [])
        {
            var sums = default(Tally);
            sums.Add(status, 0, 0, 0, new CallUsage(each.InputTokens, each.OutputTokens, each.Cost));
            _byModel.Add(each.Model, in sums);
        }
    }

    private void End(ref Run run)
    {
        if (!run.Sums.IsEmpty)
        {
            _byParticipant.Add(run.Caller, in run.Sums);
            _byTool.Add(run.Tool, in run.Sums);
            _byRoom.Add(run.Room, in run.Sums);
            run.Sums = default;
        }
    }

    private struct Run
    {
        public string? Caller;
        public string? Tool;
        public string? Room;
        public Tally Sums;

        public readonly bool Is(string? caller, string? tool, string room) =>
            ReferenceEquals(caller, Caller) && ReferenceEquals(tool, Tool) && ReferenceEquals(room, Room);
    }

    /// <summary>The sums of one moment.</summary>
    public readonly struct Copy(TotalsColumn.Copy byParticipant, TotalsColumn.Copy byTool, TotalsColumn.Copy byRoom, TotalsColumn.Copy byModel)
    {
        public JournalTotals ToTotals() => new()
        {
            All = byRoom.Sum(),
            ByParticipant = byParticipant.ToTotals(),
            ByTool = byTool.ToTotals(),
            ByRoom = byRoom.ToTotals(),
            ByModel = byModel.ToTotals(),
        };
    }
}
