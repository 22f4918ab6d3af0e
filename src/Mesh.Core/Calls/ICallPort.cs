namespace Mesh;

/// <summary>
/// What stands behind a <see cref="CallContext"/>: the room itself for a handler in its process, a connection for one
/// at the far end of it.
/// </summary>
internal interface ICallPort
{
    /// <summary>Cancelled when the call's caller cancels or leaves, its deadline passes, or its room retires.</summary>
    CancellationToken CancellationToken { get; }

    /// <summary>The host that the handler runs in.</summary>
    MeshHost Host { get; }

    /// <summary>Whether the call is over for its caller, whatever its handler still does.</summary>
    bool HasEnded { get; }

    /// <summary>The room's own view of the call, where it is in this process; null at the far end of a connection.</summary>
    CallState? State { get; }

    /// <summary>The input stream; empty when the caller sent none.</summary>
    IAsyncEnumerable<ContentPart> Input { get; }

    /// <summary>Sends one frame to the caller; completes when there is room for the next.</summary>
    ValueTask EmitAsync(CallFrame frame);
}
