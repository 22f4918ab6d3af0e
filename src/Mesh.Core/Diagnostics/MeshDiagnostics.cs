namespace Mesh;

/// <summary>
/// What a host's telemetry is called, for whoever subscribes to it. Traces come from an
/// <see cref="System.Diagnostics.ActivitySource"/> and metrics from a <see cref="System.Diagnostics.Metrics.Meter"/>, one
/// of each for all hosts of a process. Nothing is set up and nothing is paid for until somebody listens.
/// </summary>
/// <remarks>
/// The page <c>docs/telemetry.md</c> lists every span, metric and attribute, and the conventions that they follow.
/// </remarks>
/// <example>With the OpenTelemetry SDK:<code>
/// builder.Services.AddOpenTelemetry()
///     .WithTracing(tracing => tracing.AddSource(MeshDiagnostics.ActivitySourceName))
///     .WithMetrics(metrics => metrics.AddMeter(MeshDiagnostics.MeterName));
/// </code></example>
public static class MeshDiagnostics
{
    /// <summary>The name of the activity source: <c>Mesh</c>.</summary>
    public const string ActivitySourceName = "Mesh";

    /// <summary>The name of the meter: <c>Mesh</c>.</summary>
    public const string MeterName = "Mesh";
}
