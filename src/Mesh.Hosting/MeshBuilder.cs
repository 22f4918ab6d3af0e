using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Mesh.Hosting;

/// <summary>
/// Adds to the rooms of an application what is in them. Used while the application is being built, on one thread.
/// </summary>
public sealed class MeshBuilder
{
    internal MeshBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Changes the options of the host, after what was configured before.</summary>
    /// <param name="configure">Makes the new options of the old ones.</param>
    public MeshBuilder Configure(Func<MeshHostOptions, MeshHostOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Configure((options, _) => configure(options));
    }

    /// <summary>Changes the options of the host, with the help of the application's services.</summary>
    /// <param name="configure">Makes the new options of the old ones. It must not ask for the <see cref="MeshHost"/>, which is being made.</param>
    public MeshBuilder Configure(Func<MeshHostOptions, IServiceProvider, MeshHostOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.AddSingleton(new MeshHostChange(configure));
        return this;
    }

    /// <summary>
    /// Keeps a room open from the start of the application to its end: the host joins it as the participant <c>host</c>, which may
    /// do nothing, and joins again if it is removed. A room that is not kept opens when somebody joins it, and is retired with the last who leaves.
    /// </summary>
    /// <param name="name">The room: 1 to 63 lower-case letters, digits and hyphens.</param>
    public MeshBuilder AddRoom(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Services.AddSingleton(new KeptRoom(name));
        return this;
    }

    /// <summary>Adds a service to every room, or to those that it names.</summary>
    /// <param name="service">The service.</param>
    public MeshBuilder AddService(RoomService service)
    {
        ArgumentNullException.ThrowIfNull(service);
        Services.AddSingleton(service);
        return this;
    }

    /// <summary>Adds a service that is made of the application's services.</summary>
    /// <param name="make">Makes it, once.</param>
    public MeshBuilder AddService(Func<IServiceProvider, RoomService> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        Services.AddSingleton<RoomService>(make);
        return this;
    }

    /// <summary>Offers a toolkit in every room, or in those whose names match.</summary>
    /// <param name="toolkit">The toolkit; its participant has the same name.</param>
    /// <param name="rooms">The rooms that have it; <c>*</c> stands for any run of characters.</param>
    public MeshBuilder AddToolkit(Toolkit toolkit, string rooms = "*")
    {
        ArgumentNullException.ThrowIfNull(rooms);
        return AddService(new RoomService(toolkit) { RoomPattern = rooms });
    }

    /// <summary>Offers a toolkit that is made of the application's services.</summary>
    /// <param name="make">Makes it, once for all rooms.</param>
    /// <param name="rooms">The rooms that have it; <c>*</c> stands for any run of characters.</param>
    public MeshBuilder AddToolkit(Func<IServiceProvider, Toolkit> make, string rooms = "*")
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(rooms);
        return AddService(provider => new RoomService(make(provider)) { RoomPattern = rooms });
    }

    /// <summary>
    /// Starts an agent in every room, or in those whose names match: an instance for each, made with the application's services
    /// when the room opens, and disposed when it is retired.
    /// </summary>
    /// <typeparam name="TAgent">The agent's class; its constructor may take services, which come from a scope of the instance's own.</typeparam>
    /// <param name="name">The name of the agent's participant in its rooms.</param>
    /// <param name="rooms">The rooms that have it; <c>*</c> stands for any run of characters.</param>
    /// <param name="grants">What it may do; null for <see cref="Grants.AgentDefault"/>.</param>
    public MeshBuilder AddAgent<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TAgent>(
        string name, string rooms = "*", Grants? grants = null)
        where TAgent : SingleRoomAgent
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(rooms);
        return AddService(provider => new RoomService(name, (room, cancellationToken) => HostedAgent.StartAsync<TAgent>(provider, room, cancellationToken))
        {
            RoomPattern = rooms,
            Role = ParticipantRole.Agent,
            Grants = grants ?? Grants.AgentDefault,
        });
    }

    /// <summary>
    /// Logs what the journal takes, calls and events of all rooms, at level Debug in the category <c>Mesh.Journal</c>: who called
    /// what for whom, how long it took and how it ended, and never what was said. Entries that come faster than they can be logged
    /// are missed, and counted in the log.
    /// </summary>
    public MeshBuilder LogJournal()
    {
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, JournalLog>());
        return this;
    }
}
