namespace Mesh;

/// <summary>What a host puts into its traces. Immutable. What is traced at all is decided by who listens (see <see cref="MeshDiagnostics"/>).</summary>
public sealed record MeshTelemetryOptions
{
    /// <summary>
    /// Whether the spans of calls carry the arguments, the result, and the text of errors, which may quote either. False
    /// by default: they may hold what is secret or personal, and traces are seen by others than the room is.
    /// </summary>
    public bool CapturePayloads { get; init; }

    /// <summary>
    /// How much of one of them is kept, in bytes of UTF-8; what is longer is cut and ends in an ellipsis. 4,096 by
    /// default, 1 to 1,048,576.
    /// </summary>
    public int MaxPayloadBytes { get; init; } = 4_096;

    internal void Validate()
    {
        if (MaxPayloadBytes is < 1 or > 1_048_576)
        {
            throw new ArgumentOutOfRangeException(
                nameof(MaxPayloadBytes), MaxPayloadBytes, $"{nameof(MeshTelemetryOptions)}.{nameof(MaxPayloadBytes)} must be 1 to 1048576.");
        }
    }
}
