namespace Mesh;

/// <summary>What a participant may do with agents, toolkits and tools.</summary>
public sealed record AgentGrants
{
    /// <summary>May register agents.</summary>
    public bool RegisterAgent { get; init; }

    /// <summary>May register toolkits that everyone with the right to use them can call.</summary>
    public bool RegisterPublicToolkit { get; init; }

    /// <summary>May register toolkits for its own requests or for named participants.</summary>
    public bool RegisterPrivateToolkit { get; init; }

    /// <summary>May call external services into the room.</summary>
    public bool Call { get; init; }

    /// <summary>May ask agents.</summary>
    public bool UseAgents { get; init; }

    /// <summary>May invoke tools, those that <see cref="Tools"/> allows.</summary>
    public bool UseTools { get; init; }

    /// <summary>
    /// The tools that may be used: a pattern with a slash is held against <c>toolkit/tool</c>, one without against the
    /// toolkit's name. Nothing by default.
    /// </summary>
    public AllowList Tools { get; init => field = value ?? AllowList.None; } = AllowList.None;

    internal bool AllowsTool(string path)
    {
        if (!UseTools)
        {
            return false;
        }

        return Tools.IsAll
            || Tools.Allows(path)
            || (path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && Tools.Allows(path.AsSpan(0, slash)));
    }
}

/// <summary>Which queues a participant may use.</summary>
public sealed record QueueGrants
{
    /// <summary>The queues it may send to.</summary>
    public AllowList Send { get; init => field = value ?? AllowList.None; } = AllowList.None;

    /// <summary>The queues it may receive from.</summary>
    public AllowList Receive { get; init => field = value ?? AllowList.None; } = AllowList.None;

    /// <summary>May list queues.</summary>
    public bool List { get; init; }
}

/// <summary>What a participant may do with messages and with the list of participants.</summary>
public sealed record MessagingGrants
{
    /// <summary>May send to single participants.</summary>
    public bool Send { get; init; }

    /// <summary>May send to everyone.</summary>
    public bool Broadcast { get; init; }

    /// <summary>May see who is in the room, and their coming and going.</summary>
    public bool List { get; init; }
}

/// <summary>What a participant may do with the tables of the room's database.</summary>
public sealed record DatabaseGrants
{
    /// <summary>The tables it may read.</summary>
    public AllowList Read { get; init => field = value ?? AllowList.None; } = AllowList.None;

    /// <summary>The tables whose rows it may change.</summary>
    public AllowList Write { get; init => field = value ?? AllowList.None; } = AllowList.None;

    /// <summary>The tables that it may create, change or drop.</summary>
    public AllowList Alter { get; init => field = value ?? AllowList.None; } = AllowList.None;

    /// <summary>May list tables.</summary>
    public bool List { get; init; }
}

/// <summary>Which sync documents a participant may open.</summary>
public sealed record DocumentGrants
{
    /// <summary>The paths it may open.</summary>
    public AllowList Paths { get; init => field = value ?? AllowList.None; } = AllowList.None;

    /// <summary>May read only.</summary>
    public bool ReadOnly { get; init; }
}

/// <summary>Which files a participant may use.</summary>
public sealed record StorageGrants
{
    /// <summary>The paths it may use, such as <c>reports/*</c>.</summary>
    public AllowList Paths { get; init => field = value ?? AllowList.None; } = AllowList.None;

    /// <summary>May read only.</summary>
    public bool ReadOnly { get; init; }
}

/// <summary>Which state keys a participant may use.</summary>
public sealed record StateGrants
{
    /// <summary>The keys it may use, such as <c>pipeline.*</c>.</summary>
    public AllowList Keys { get; init => field = value ?? AllowList.None; } = AllowList.None;

    /// <summary>May read only.</summary>
    public bool ReadOnly { get; init; }
}

/// <summary>Which secrets a participant may use.</summary>
public sealed record SecretGrants
{
    /// <summary>The secrets it may read.</summary>
    public AllowList Read { get; init => field = value ?? AllowList.None; } = AllowList.None;

    /// <summary>The secrets it may set.</summary>
    public AllowList Write { get; init => field = value ?? AllowList.None; } = AllowList.None;
}

/// <summary>What a participant may do with the services of the room.</summary>
public sealed record ServiceGrants
{
    /// <summary>May see which services run.</summary>
    public bool List { get; init; }

    /// <summary>May start, restart and stop services.</summary>
    public bool Manage { get; init; }
}

/// <summary>What a participant may do with the room's log.</summary>
public sealed record DeveloperGrants
{
    /// <summary>May write to and watch the log.</summary>
    public bool Logs { get; init; }
}

/// <summary>What a participant may do to others.</summary>
public sealed record AdminGrants
{
    /// <summary>May remove participants.</summary>
    public bool RemoveParticipants { get; init; }

    /// <summary>May change the grants of participants.</summary>
    public bool ChangeGrants { get; init; }
}

/// <summary>Which language models a participant may use.</summary>
public sealed record LlmGrants
{
    /// <summary>The models, as <c>provider/model</c>, such as <c>anthropic/claude-*</c>.</summary>
    public AllowList Models { get; init => field = value ?? AllowList.None; } = AllowList.None;
}
