using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Mesh;
using Mesh.AspNetCore;
using Mesh.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Says who the callers of an application are in its rooms.</summary>
/// <remarks>
/// Without any of these, every authenticated caller enters any open room with <see cref="Grants.UserDefault"/>, as the participant
/// of its <c>NameIdentifier</c> or <c>sub</c> claim, else its name; nobody else enters.
/// </remarks>
public static class MeshIdentityBuilderExtensions
{
    /// <summary>Callers are who a function says, by what the application's authentication knows of them.</summary>
    /// <param name="builder">The rooms of the application.</param>
    /// <param name="identify">The authenticated user and the name of the room → who that is there; null for nobody.
    /// Called for every request, and for several at once.</param>
    /// <example><code>
    /// builder.Services.AddMesh().AddIdentity((user, room) => user.IsInRole(room)
    ///     ? new MeshIdentity(user.FindFirstValue(ClaimTypes.NameIdentifier)!, user.Identity!.Name!) { Grants = Grants.AgentDefault }
    ///     : null);
    /// </code></example>
    public static MeshBuilder AddIdentity(this MeshBuilder builder, Func<ClaimsPrincipal, string, MeshIdentity?> identify)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(identify);
        builder.Services.Replace(ServiceDescriptor.Singleton<IMeshIdentityProvider>(new FunctionIdentityProvider(identify)));
        return builder;
    }

    /// <summary>Callers are who a service of the application says.</summary>
    /// <typeparam name="TProvider">The service; one instance for all requests.</typeparam>
    /// <param name="builder">The rooms of the application.</param>
    public static MeshBuilder AddIdentity<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProvider>(this MeshBuilder builder)
        where TProvider : class, IMeshIdentityProvider
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Replace(ServiceDescriptor.Singleton<IMeshIdentityProvider, TProvider>());
        return builder;
    }

    /// <summary>
    /// Lets callers in who are not authenticated, all as one participant. They are turned away without this, those from the
    /// same machine too: behind a proxy everybody seems to be there.
    /// </summary>
    /// <param name="builder">The rooms of the application.</param>
    /// <param name="grants">What everybody may do.</param>
    /// <param name="name">The name of the participant that they share.</param>
    public static MeshBuilder AllowAnonymous(this MeshBuilder builder, Grants grants, string name = "anonymous")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(grants);
        ArgumentException.ThrowIfNullOrEmpty(name);
        builder.Services.Replace(ServiceDescriptor.Singleton(new AnonymousCallers(new MeshIdentity("\nanonymous", name) { Grants = grants })));
        return builder;
    }
}
