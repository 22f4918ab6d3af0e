using System.Collections.Concurrent;

namespace Mesh;

/// <summary>
/// The toolkits of one room. Calls look up public tools by address without a lock; registering and withdrawing one
/// costs the same however many others there are.
/// </summary>
internal sealed class ToolRegistry
{
    private ConcurrentDictionary<string, SharedTool>? _shared;
    private Dictionary<MeshId, Registration>? _registrations;
    private List<Registration>? _offeredByName;

    // By what they are, so that looking there costs the same however many others there are.
    private Dictionary<string, Registration>? _exclusive;
    private volatile int _privateCount;
    private volatile int _version;

    /// <summary>The registration that serves a call to an address, or null when the caller may not know of any.</summary>
    /// <remarks>
    /// Without a participant in the address: the caller's own private toolkit first, then the public one, then one that
    /// was given with a call around this one, then the private one of whoever started the tree, then one that was offered
    /// to the caller by name. So nobody can put a private tool of his own in the place of a public one for others.
    /// </remarks>
    public ToolInstance? Find(ToolAddress target, CallState call)
    {
        var caller = call.Member;
        if (target.Participant is { } name)
        {
            return FindAt(target.Path, caller.Room.FindMember(name), call);
        }

        if (_privateCount > 0 && FindPrivate(target.Path, caller.Registrations) is { } own)
        {
            return own;
        }

        if (Volatile.Read(ref _shared) is { } shared && shared.TryGetValue(target.Path, out var tool) && tool.Pick() is { } instance)
        {
            return instance;
        }

        return _privateCount == 0 ? null : FindGiven(target.Path, call) ?? FindOffered(target.Path, caller, call.RootMember);
    }

    /// <summary>Changes with every registration and withdrawal.</summary>
    public int Version => _version;

    /// <summary>Whether every caller who names the tool's path alone gets this instance, as long as the version stays.</summary>
    public bool IsTheOnlyOne(ToolInstance instance) => instance.Registration is null
        || (_privateCount == 0 && !instance.IsShared && instance.Registration is { SharesNames: true, IsPrivate: false });

    /// <summary>How many registrations share the calls to an instance's address.</summary>
    public int CountInstances(ToolInstance instance) =>
        instance.Registration is { SharesNames: true, IsPrivate: false }
        && (Volatile.Read(ref _shared)?.TryGetValue(instance.Path, out var shared) ?? false) ? shared.Instances.Length : 1;

    /// <summary>The registrations that the caller of a call may know of, in the order of their registration.</summary>
    public IReadOnlyList<Registration> VisibleTo(CallState call)
    {
        var root = call.RootMember;
        lock (this)
        {
            return _registrations is null ? [] : [.. _registrations.Values.Where(each => each.IsVisibleTo(call.Member, root) || GivenToolkits.Include(each, call))];
        }
    }

    /// <summary>The least that any tool of a name lets a journal keep; null when none of them sets a limit.</summary>
    public JournalCapture? MaxJournalCaptureOf(string path)
    {
        lock (this)
        {
            return _registrations?.Values.Min(registration => registration.Find(path)?.Contract.Definition.MaxJournalCapture);
        }
    }

    /// <summary>Adds a registration, all of its tools or none, and takes away the one that it replaces.</summary>
    /// <returns>How its contracts differ from live ones of the same names; empty when they do not.</returns>
    /// <exception cref="MeshException">It clashes with a live registration, or what it is to replace is gone.</exception>
    public IReadOnlyList<string> Add(Registration registration, Registration? replaced = null)
    {
        lock (this)
        {
            _registrations ??= [];
            RefuseClashesLocked(registration, replaced);
            var changes = registration is { SharesNames: true, IsPrivate: false } ? CompareLocked(registration, replaced) : [];
            _registrations.Add(registration.Id, registration);
            if (registration.IsExclusive)
            {
                (_exclusive ??= new(StringComparer.Ordinal))[registration.Label] = registration;
            }

            _version++;
            (registration.Provider.Registrations ??= new(1)).Add(registration);
            if (registration.IsPrivate)
            {
                _privateCount++;
                if (registration.IsOfferedByName)
                {
                    (_offeredByName ??= []).Add(registration);
                }
            }
            else if (registration.SharesNames)
            {
                var shared = _shared ?? new(StringComparer.Ordinal);
                foreach (var tool in registration.Tools)
                {
                    shared.GetOrAdd(tool.Path, static (path, host) => new SharedTool(IInstanceChoice.For(path, host)), registration.Provider.Room.Host).AddLocked(tool);
                }

                Volatile.Write(ref _shared, shared);
            }

            if (replaced is not null)
            {
                RemoveLocked(replaced);
            }

            return changes;
        }
    }

    /// <summary>Takes a registration away. Calls that it serves already go on.</summary>
    /// <returns>False when it was not there.</returns>
    public bool Remove(Registration registration)
    {
        lock (this)
        {
            return RemoveLocked(registration);
        }
    }

    /// <summary>The registration of an id, if this member has it.</summary>
    public Registration? FindRegistration(MeshId id, RoomMember provider)
    {
        lock (this)
        {
            return _registrations?.GetValueOrDefault(id) is { } found && found.Provider == provider ? found : null;
        }
    }

    /// <summary>Whether a member has a private toolkit that it can give to others.</summary>
    public bool HasGiveable(RoomMember provider, string toolkit)
    {
        lock (this)
        {
            return provider.Registrations?.Exists(each => GivenToolkits.IsOneOf(each, [toolkit])) ?? false;
        }
    }

    /// <summary>What a member offers now.</summary>
    public Registration[] RegistrationsOf(RoomMember provider)
    {
        lock (this)
        {
            return provider.Registrations is { } list ? [.. list] : [];
        }
    }

    private ToolInstance? FindAt(string path, RoomMember? provider, CallState call)
    {
        if (provider is not null)
        {
            var root = call.RootMember;
            lock (this)
            {
                foreach (var registration in provider.Registrations ?? [])
                {
                    if (registration.Find(path) is { } tool && (registration.IsVisibleTo(call.Member, root) || GivenToolkits.Include(registration, call)))
                    {
                        return tool;
                    }
                }
            }
        }

        return null;
    }

    /// <summary>A tool of what was given with a call around this one; of several, with the innermost.</summary>
    private ToolInstance? FindGiven(string path, CallState call)
    {
        for (var around = call.Parent; around is not null; around = around.Parent)
        {
            if (around.Request.Toolkits is { } names)
            {
                lock (this)
                {
                    foreach (var registration in around.Member.Registrations ?? [])
                    {
                        if (GivenToolkits.IsOneOf(registration, names) && around.Member.Room == call.Member.Room && registration.Find(path) is { } tool)
                        {
                            return tool;
                        }
                    }
                }
            }
        }

        return null;
    }

    private ToolInstance? FindOffered(string path, RoomMember caller, RoomMember rootCaller) =>
        FindPrivate(path, rootCaller.Room == caller.Room ? rootCaller.Registrations : null) ?? FindPrivate(path, _offeredByName, caller);

    private ToolInstance? FindPrivate(string path, List<Registration>? registrations, RoomMember? named = null)
    {
        lock (this)
        {
            foreach (var registration in registrations ?? [])
            {
                if (registration is { IsPrivate: true, SharesNames: true }
                    && (named is null || registration.IsNamedIn(named))
                    && registration.Find(path) is { } tool)
                {
                    return tool;
                }
            }
        }

        return null;
    }

    private bool RemoveLocked(Registration registration)
    {
        if (_registrations is null || !_registrations.Remove(registration.Id))
        {
            return false;
        }

        if (_exclusive is { } exclusive && exclusive.GetValueOrDefault(registration.Label) == registration)
        {
            exclusive.Remove(registration.Label);
        }

        _version++;
        registration.Provider.Registrations!.Remove(registration);
        if (registration.IsPrivate)
        {
            _privateCount--;
            _offeredByName?.Remove(registration);
        }
        else if (registration.SharesNames)
        {
            foreach (var tool in registration.Tools)
            {
                if (_shared!.TryGetValue(tool.Path, out var shared) && shared.RemoveLocked(tool))
                {
                    _shared.TryRemove(tool.Path, out _);
                }
            }
        }

        return true;
    }

    private void RefuseClashesLocked(Registration registration, Registration? replaced)
    {
        if (_registrations!.ContainsKey(registration.Id))
        {
            throw new MeshException(new MeshError(MeshErrorCode.NameTaken, $"Registration '{registration.Id}' exists already."));
        }

        if (replaced is not null && (!_registrations.ContainsKey(replaced.Id) || replaced.Label != registration.Label))
        {
            throw new MeshException(new MeshError(MeshErrorCode.NotFound, $"'{registration.Provider.Snapshot.Name}' has no registration '{replaced.Id}' of {registration.Label} any more."));
        }

        var twin = registration.Provider.Registrations?.Find(each => each.Label == registration.Label && each != replaced);
        if (twin is not null)
        {
            throw new MeshException(new MeshError(
                MeshErrorCode.NameTaken, $"'{registration.Provider.Snapshot.Name}' has already registered {twin.Label}.")
            {
                Remedy = "Dispose that registration first, or give this one another name.",
            });
        }

        if (!registration.IsPrivate && FindExcludingLocked(registration, replaced) is { } other)
        {
            throw new MeshException(new MeshError(MeshErrorCode.NameTaken, $"'{other.Provider.Snapshot.Name}' has registered {other.Label}, of which there is one in a room.")
            {
                Remedy = "Take another name, or wait until that one is withdrawn.",
            });
        }
    }

    private Registration? FindExcludingLocked(Registration registration, Registration? replaced) =>
        _exclusive?.GetValueOrDefault(registration.Label) is { } holder && holder != replaced ? holder
        : !registration.IsExclusive ? null
        : _registrations!.Values.FirstOrDefault(each => each != replaced && !each.IsPrivate && each.Label == registration.Label);

    private List<string> CompareLocked(Registration registration, Registration? replaced)
    {
        var changes = new List<string>();
        foreach (var tool in registration.Tools)
        {
            if (_shared is null || !_shared.TryGetValue(tool.Path, out var shared))
            {
                continue;
            }

            foreach (var live in shared.Instances)
            {
                changes.AddRange(live.Registration == replaced && replaced is not null ? ToolContract.Describe(live, tool) : ToolContract.Compare(live, tool));
            }
        }

        return [.. changes.Distinct()];
    }
}
