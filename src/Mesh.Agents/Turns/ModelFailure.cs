using System.Net;

namespace Mesh.Agents;

/// <summary>How the provider of a model has refused a request; see <see cref="ToolLoopOptions.FailureOf"/>. Immutable.</summary>
/// <param name="Status">The HTTP status, such as 429.</param>
public sealed record ModelFailure(HttpStatusCode Status)
{
    /// <summary>How long the provider asks to wait before the next request; null, the default, where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
