using System.Text.Json;

namespace Mesh;

/// <summary>
/// A failure as a value: what failed and why, what to do about it, and whether trying again may help. It is immutable,
/// may be shared between threads, and holds nothing that its reader is not allowed to see.
/// </summary>
/// <param name="Code">What kind of failure it is.</param>
/// <param name="Message">One sentence that names the thing and the reason, such as
/// <c>Tool 'weather/forecast': argument /days must be >= 1 (got 0)</c>.</param>
public sealed record MeshError(MeshErrorCode Code, string Message)
{
    /// <summary>What the reader can do about it, as one sentence; null when there is nothing to do.</summary>
    public string? Remedy { get; init; }

    /// <summary>Whether the same call may succeed later with nothing changed. False by default.</summary>
    public bool Retryable { get; init; }

    /// <summary>How long to wait before trying again; null when that is not known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// Further data as a JSON object, or null. For <see cref="MeshErrorCode.InvalidArguments"/> and
    /// <see cref="MeshErrorCode.InvalidOutput"/>: <c>{"violations":[{"path":"/days","keyword":"minimum","message":"…"}]}</c>.
    /// The element owns its memory and stays valid.
    /// </summary>
    public JsonElement? Details { get; init; }

    /// <summary>The message followed by the remedy, as a person would read it.</summary>
    public override string ToString() => Remedy is null ? Message : $"{Message.TrimEnd('.')}. {Remedy}";
}
