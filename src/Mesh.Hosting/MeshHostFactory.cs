using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting;

/// <summary>A room that the application keeps open.</summary>
internal sealed record KeptRoom(string Name);

/// <summary>One change of the host's options.</summary>
internal sealed record MeshHostChange(Func<MeshHostOptions, IServiceProvider, MeshHostOptions> Apply);

/// <summary>Makes the host of an application from its services.</summary>
internal static class MeshHostFactory
{
    public static MeshHost Make(IServiceProvider services)
    {
        var options = new MeshHostOptions
        {
            TimeProvider = services.GetRequiredService<TimeProvider>(),
            Services = services,
            Journal = services.GetService<IJournal>(),
            Filters = [.. services.GetServices<ICallFilter>()],
            RoomServices = [.. services.GetServices<RoomService>()],
        };
        if (services.GetService<IMeshIdSource>() is { } ids)
        {
            options = options with { IdSource = ids };
        }

        foreach (var change in services.GetServices<MeshHostChange>())
        {
            options = change.Apply(options, services)
                ?? throw new InvalidOperationException("A function given to AddMesh or MeshBuilder.Configure returned null; it has to return the options.");
        }

        // The log hears of a fault first: what the application does with it may throw.
        var faults = services.GetRequiredService<MeshFaults>();
        var own = options.OnFault;
        return new MeshHost(options with
        {
            OnFault = own is null ? faults.Take : fault =>
            {
                faults.Take(fault);
                own(fault);
            },
        });
    }
}
