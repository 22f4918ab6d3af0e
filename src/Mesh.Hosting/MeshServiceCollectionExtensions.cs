using Mesh;
using Mesh.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds rooms to an application.</summary>
public static class MeshServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="MeshHost"/> as a singleton: it is made when the application starts, and drained when it stops, within the
    /// application's shutdown time. What is registered as <see cref="TimeProvider"/>, <see cref="IMeshIdSource"/>,
    /// <see cref="IJournal"/>, <see cref="ICallFilter"/> and <see cref="RoomService"/> is used, of the last two all in their
    /// order; parameters marked <see cref="FromHostAttribute"/> come from the application's services; faults are logged in
    /// the category <c>Mesh</c>. Calling it again adds to what is there.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Changes the options of the host, which hold already what was said above; null to leave them.
    /// <c>options => options with { CallTimeout = … }</c></param>
    /// <returns>Where more can be added.</returns>
    /// <example><code>
    /// builder.Services.AddMesh().AddRoom("support").AddToolkit(Toolkit.Create("clock", Tool.Create("now", () => DateTimeOffset.UtcNow)));
    /// </code></example>
    public static MeshBuilder AddMesh(this IServiceCollection services, Func<MeshHostOptions, MeshHostOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<MeshFaults>();
        services.TryAddSingleton<MeshEndpoints>();
        services.TryAddSingleton(static provider => MeshHostFactory.Make(provider));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, MeshHostedService>());
        var builder = new MeshBuilder(services);
        return configure is null ? builder : builder.Configure(configure);
    }
}
