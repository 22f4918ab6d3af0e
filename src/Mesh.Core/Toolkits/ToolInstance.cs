namespace Mesh;

/// <summary>
/// One registration of one tool, prepared for calls: its contract, whoever serves it, and how it is reached. Several
/// instances of the same contract share the calls to their address.
/// </summary>
internal sealed class ToolInstance(string path, ToolContract contract, ToolInvoker invoker, Registration? registration, RoomRight? right = null)
{
    private TaskCompletionSource? _drained;
    private int _inFlight;
    private bool _isShared;
    private bool _isCounted;
    private bool _isClosed;

    /// <summary><c>toolkit/tool</c>.</summary>
    public string Path { get; } = path;

    public ToolContract Contract { get; } = contract;

    public ToolInvoker Invoker { get; } = invoker;

    /// <summary>Where it came from; null for a tool of the room itself.</summary>
    public Registration? Registration { get; } = registration;

    public RoomMember? Provider => Registration?.Provider;

    /// <summary>
    /// Whether other instances share its calls. While a tool is alone, only calls that go on for longer are counted as in
    /// flight: nobody asks for the others, and counting costs them as much as finding their tool.
    /// </summary>
    public bool IsShared
    {
        get => Volatile.Read(ref _isShared);
        set
        {
            Volatile.Write(ref _isShared, value);
            Volatile.Write(ref _isCounted, value || Gate is not null || IsDrained);
        }
    }

    /// <summary>Whether all of its calls are counted: it is shared, has a limit, or is drained. One look tells a plain call that it is none of these.</summary>
    public bool IsCounted => Volatile.Read(ref _isCounted);

    /// <summary>The limit of what it serves at once; null where there is none.</summary>
    public CallGate? Gate
    {
        get;
        init
        {
            field = value;
            _isCounted |= value is not null;
        }
    }

    /// <summary>Whether its end waits for its calls, as that of an agent does.</summary>
    public bool IsDrained
    {
        get;
        init
        {
            field = value;
            _isCounted |= value;
        }
    }

    /// <summary>Whether it was withdrawn: a call that found it before does not begin any more.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>How busy it is, for the choice between instances: its calls in flight, and those that wait for their turn.</summary>
    public int Load => Gate?.Load ?? InFlight;

    /// <summary>Whether its calls count in no budget: looking at what a call would do must not use up what it looks at.</summary>
    public bool IsUncounted { get; } = right?.IsUncounted ?? false;

    /// <summary>Whether its streams may be silent for as long as they like: nothing happens, and that is what they tell.</summary>
    public bool IsWatch => Background is not null || right is { IsWatch: true };

    /// <summary>What of the room a call of it acts on, where grants list what may be acted on; else null.</summary>
    public ResourceRight? Resource { get; } = right?.Resource;

    /// <summary>The agent that it is, where that runs in the background and cannot be asked; null for all others.</summary>
    public AgentContract? Background { get; init; }

    /// <summary>What the journal knows it by, made for the first call.</summary>
    public ToolKey JournalKey => field ??= new(this);

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Counts a call that has begun.</summary>
    public void Enter() => Interlocked.Increment(ref _inFlight);

    /// <summary>Counts a call that is to begin; false, and not counted, when the instance was withdrawn.</summary>
    public bool TryEnter()
    {
        // A full fence: whoever closes it either is seen here, or finds the call.
        Enter();
        if (!IsClosed)
        {
            return true;
        }

        Exit();
        return false;
    }

    public void Exit()
    {
        if (Interlocked.Decrement(ref _inFlight) == 0)
        {
            Volatile.Read(ref _drained)?.TrySetResult();
        }
    }

    /// <summary>Lets no call begin any more, and sends those away that wait for their turn; to be called when no new ones find it.</summary>
    public void Close()
    {
        Interlocked.Exchange(ref _isClosed, true);
        Gate?.Close();
    }

    /// <summary>Completes when no call is in flight any more, and no handler of one that is over; it must have been closed before.</summary>
    public Task DrainAsync()
    {
        var drained = LazyInitializer.EnsureInitialized(ref _drained, static () => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (InFlight == 0)
        {
            drained.TrySetResult();
        }

        return drained.Task;
    }

    /// <summary>Whether grants cover this tool: by its name, or for a tool of the room by the right that it asks for.</summary>
    public bool IsGrantedBy(Grants grants) =>
        right is null ? grants.Agents?.AllowsTool(Path) ?? false : right.IsIn(grants);

    /// <summary>The grant that it takes, as a remedy names it.</summary>
    public string GrantName => right?.Name ?? "agents.useTools, with the tool in agents.tools";
}

/// <summary>The right that a tool of the room asks for, in place of being listed as a tool.</summary>
/// <param name="Name">The member of the grants, such as <c>messaging.list</c>.</param>
/// <param name="IsIn">Whether grants have it.</param>
internal sealed record RoomRight(string Name, Func<Grants, bool> IsIn)
{
    /// <summary>What of the room a call acts on, where the grants list what may be acted on; null where they do not.</summary>
    public ResourceRight? Resource { get; init; }

    /// <summary>Whether calls under it count in no budget.</summary>
    public bool IsUncounted { get; init; }

    /// <summary>Whether it tells what happens, for as long as its caller reads.</summary>
    public bool IsWatch { get; init; }

    /// <summary>Everyone in the room.</summary>
    public static RoomRight Everyone { get; } = new("none", _ => true);
}

/// <summary>The part of a right that depends on what a call acts on, such as a key or a queue.</summary>
/// <param name="Argument">The argument that names it, as in JSON.</param>
/// <param name="Covers">Whether grants that have the right have it for this name.</param>
internal sealed record ResourceRight(string Argument, Func<Grants, string, bool> Covers);

/// <summary>Arguments of a tool of the room that name what the call acts on.</summary>
internal interface IResourceArguments
{
    /// <summary>The value of <see cref="ResourceRight.Argument"/>.</summary>
    string Resource { get; }
}
