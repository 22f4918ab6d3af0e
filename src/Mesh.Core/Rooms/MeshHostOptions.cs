using System.Text.Json;

namespace Mesh;

/// <summary>How a host behaves. Immutable, and checked as a whole when the host is made.</summary>
public sealed record MeshHostOptions
{
    /// <summary>The clock of everything that the host times. The system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where ids come from. Random ones that cannot be guessed by default.</summary>
    public IMeshIdSource IdSource { get; init; } = RandomMeshIdSource.Instance;

    /// <summary>Keeps what happened. A new <see cref="MemoryJournal"/> of 10,000 calls and 10,000 events when null. The host does not dispose it.</summary>
    public IJournal? Journal { get; init; }

    /// <summary>
    /// Makes the store for the state of a room, by the room's name, once for each session of it and when its state is first
    /// used; null for a new <see cref="MemoryStateStore"/>. It is called on the thread pool; calls of the room's state wait for it, and must not be made in
    /// it; one that throws is asked again by the next call. The room disposes what this makes, if it can be disposed,
    /// when its session ends: give out a view that cannot, to keep a store for longer.
    /// </summary>
    public Func<string, IStateStore>? StateStore { get; init; }

    /// <summary>Where parameters marked <see cref="FromHostAttribute"/> come from; null when there are none.</summary>
    public IServiceProvider? Services { get; init; }

    /// <summary>
    /// How values of tools and callers become JSON; null for the defaults (camelCase, enums as strings, strict numbers).
    /// Given options are copied, and what Mesh needs is added to the copy.
    /// </summary>
    public JsonSerializerOptions? SerializerOptions { get; init; }

    /// <summary>Code that sees every call first, in this order. None by default.</summary>
    public IReadOnlyList<ICallFilter> Filters { get; init; } = [];

    /// <summary>
    /// Which of several instances of a tool or an agent serves a call to the address that they share. Null, the default, for one
    /// that is free before one where the call would wait, and that before one that is full; among these the one with
    /// the fewest calls, waiting ones counted; and those that are level take turns. The host does not dispose it.
    /// </summary>
    public ILoadBalancingPolicy? LoadBalancing { get; init; }

    /// <summary>The services of the host's rooms. None by default.</summary>
    public IReadOnlyList<RoomService> RoomServices { get; init; } = [];

    /// <summary>The options of a room when it opens, by its name; null, or a null answer, for the defaults.</summary>
    public Func<string, RoomOptions?>? ConfigureRoom { get; init; }

    /// <summary>
    /// Makes the store of the queues of a room, by the room's name, once for each session of it and when its queues are first
    /// used; null for a <see cref="MemoryQueueStore"/>. It is called, and what it makes is disposed, as for <see cref="StateStore"/>.
    /// </summary>
    public Func<string, IQueueStore>? QueueStore { get; init; }

    /// <summary>
    /// Learns of failures that belong to the host and to nobody in a room, such as what a handler threw. Called on the
    /// thread where it happened; it must be quick and must not throw. Null to let them pass unseen.
    /// </summary>
    public Action<MeshFault>? OnFault { get; init; }

    /// <summary>How long a call may take whose caller does not say. 60 s by default.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a stream may send nothing while its reader waits. 60 s by default.</summary>
    public TimeSpan StreamIdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an approval is waited for. 10 minutes by default.</summary>
    public TimeSpan ApprovalTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long calls may go on that run when their room is retired, or the host disposed. 10 s by default; zero ends them at once.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the services of a room may take to start, and again to stop, and the journal to take the last events of a room that
    /// is retired. 30 s by default.</summary>
    public TimeSpan ServiceTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How deep calls may nest. 32 by default, at most 1,000.</summary>
    public int MaxTreeDepth { get; init; } = 32;

    /// <summary>How many calls one tree may make. 10,000 by default.</summary>
    public long MaxTreeCalls { get; init; } = 10_000;

    /// <summary>The size of a call's arguments as JSON, in bytes. 4 MiB by default.</summary>
    public int MaxArgumentBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>The size of a call's response in bytes, and of what is gathered of a stream for one. 16 MiB by default.</summary>
    public int MaxResponseBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>What the host puts into its traces; by default nothing that was said in a call.</summary>
    public MeshTelemetryOptions Telemetry { get; init; } = new();

    internal MeshHostOptions Validated()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(IdSource);
        ArgumentNullException.ThrowIfNull(Filters);
        ArgumentNullException.ThrowIfNull(RoomServices);
        ArgumentNullException.ThrowIfNull(Telemetry);
        Telemetry.Validate();
        CheckTime(CallTimeout, nameof(CallTimeout));
        CheckTime(StreamIdleTimeout, nameof(StreamIdleTimeout));
        CheckTime(ApprovalTimeout, nameof(ApprovalTimeout));
        CheckTime(ServiceTimeout, nameof(ServiceTimeout));
        CheckTime(DrainTimeout + TimeSpan.FromTicks(1), nameof(DrainTimeout));
        CheckRange(MaxTreeDepth, 1, 1_000, nameof(MaxTreeDepth));
        CheckRange(MaxTreeCalls, 1, long.MaxValue, nameof(MaxTreeCalls));
        CheckRange(MaxArgumentBytes, 1, int.MaxValue, nameof(MaxArgumentBytes));
        CheckRange(MaxResponseBytes, 1, int.MaxValue, nameof(MaxResponseBytes));
        return this;
    }

    private static void CheckTime(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(20))
        {
            throw new ArgumentOutOfRangeException(name, value, $"MeshHostOptions.{name} must be more than 0 and at most 20 days.");
        }
    }

    private static void CheckRange(long value, long least, long most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"MeshHostOptions.{name} must be {least} to {most}.");
        }
    }
}
