using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mesh.Hosting;

/// <summary>
/// Tells how the rooms of an application are: unhealthy when the host takes no more joins, degraded for a minute after a
/// service, the journal or the host's own code has failed, else healthy. The data are the number of rooms and participants,
/// and of faults of each kind since the start.
/// </summary>
/// <example><code>builder.Services.AddHealthChecks().AddCheck&lt;MeshHealthCheck>("mesh");</code></example>
public sealed class MeshHealthCheck : IHealthCheck
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private readonly MeshHost _host;
    private readonly MeshFaults _faults;

    /// <summary>A health check of the host that <c>AddMesh</c> has added.</summary>
    /// <param name="services">The application's services.</param>
    /// <exception cref="InvalidOperationException"><c>AddMesh</c> was not called.</exception>
    public MeshHealthCheck(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _host = (MeshHost?)services.GetService(typeof(MeshHost)) ?? throw NotAdded();
        _faults = (MeshFaults?)services.GetService(typeof(MeshFaults)) ?? throw NotAdded();
    }

    /// <summary>Looks at the host; it asks nobody and does not wait.</summary>
    /// <param name="context">Who asks; of no influence.</param>
    /// <param name="cancellationToken">Of no influence.</param>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var rooms = _host.Rooms;
        var data = new Dictionary<string, object>
        {
            ["rooms"] = rooms.Count,
            ["participants"] = rooms.Sum(static room => room.ParticipantCount),
        };
        foreach (var kind in Enum.GetValues<MeshFaultKind>())
        {
            data[$"faults.{kind.ToString().ToLowerInvariant()}"] = _faults.CountOf(kind);
        }

        return Task.FromResult(
            _host.IsClosed ? new HealthCheckResult(context?.Registration?.FailureStatus ?? HealthStatus.Unhealthy, "The host takes no more joins: it is closed, or closing.", null, data)
            : _faults.HostFailedWithin(Memory) ? HealthCheckResult.Degraded("A service, the journal or the host's own code has failed in the last minute; the log tells more.", null, data)
            : HealthCheckResult.Healthy("Rooms can be joined.", data));
    }

    private static InvalidOperationException NotAdded() => new("There are no rooms to check: call AddMesh on the application's services.");
}
