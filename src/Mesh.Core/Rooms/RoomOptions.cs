namespace Mesh;

/// <summary>How a room behaves. Immutable; one instance may serve any number of rooms.</summary>
public sealed record RoomOptions
{
    /// <summary>Whether the room may be joined. True by default. See also <see cref="MeshHost.DisableRoom"/>.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The number of participants that may be in the room at once, services not counted; at least 1, or null for no limit.</summary>
    public int? Capacity
    {
        get;
        init => field = value is < 1
            ? throw new ArgumentOutOfRangeException(nameof(Capacity), value, "RoomOptions.Capacity must be at least 1.")
            : value;
    }

    /// <summary>How long an empty room waits for somebody to come back before it is retired. Zero by default: it is retired at once.</summary>
    public TimeSpan IdleGrace
    {
        get;
        init => field = value < TimeSpan.Zero || value > TimeSpan.FromDays(20)
            ? throw new ArgumentOutOfRangeException(nameof(IdleGrace), value, "RoomOptions.IdleGrace must be 0 to 20 days.")
            : value;
    }

    /// <summary>Answers calls that need an approval; null when there is nobody to ask, and then they are refused.</summary>
    public Approver? Approver { get; init; }

    /// <summary>
    /// Decides which calls need an approval besides those of tools that always do; null for no others. It runs on the
    /// call path: it must be quick and must not block.
    /// </summary>
    public Func<ToolDefinition, Participant, bool>? RequiresApproval { get; init; }

    /// <summary>The ceiling for all calls of one session of the room; null for none.</summary>
    public Budget? Budget { get; init; }

    /// <summary>How much the journal keeps of arguments and results; null for nothing.</summary>
    public JournalCapturePolicy? JournalCapture { get; init; }

    internal static RoomOptions Default { get; } = new();
}
