using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.AspNetCore;

/// <summary>
/// Finds out who the caller of a request is, for the endpoints of Mesh: one place, whatever they speak. Thread-safe.
/// </summary>
public sealed class MeshIdentities
{
    private readonly IMeshIdentityProvider _provider;
    private readonly AnonymousCallers? _anonymous;

    /// <summary>Identities as the application has registered them: see <c>AddIdentity</c> and <c>AllowAnonymous</c>.</summary>
    /// <param name="services">The application's services.</param>
    public MeshIdentities(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _provider = services.GetService<IMeshIdentityProvider>() ?? new ClaimsIdentityProvider();
        _anonymous = services.GetService<AnonymousCallers>();
    }

    /// <summary>The caller of a request.</summary>
    /// <param name="context">The request, after the application's authentication.</param>
    /// <param name="room">The room that it is about.</param>
    /// <returns>The caller; else why there is none: <see cref="MeshErrorCode.Unauthenticated"/> for one that is not known,
    /// <see cref="MeshErrorCode.NotGranted"/> for one that has no business in that room, whether it exists or not.</returns>
    public async ValueTask<MeshCaller> GetAsync(HttpContext context, string room)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(room);
        if (context.User.Identities.Any(static identity => identity.IsAuthenticated))
        {
            return new(await _provider.GetIdentityAsync(context, room, context.RequestAborted).ConfigureAwait(false), NotGranted);
        }

        return new(_anonymous?.Identity, Unauthenticated);
    }

    private static MeshError NotGranted { get; } = new(MeshErrorCode.NotGranted, "The caller may not enter this room.")
    {
        Remedy = "Ask whoever runs the application for access.",
    };

    private static MeshError Unauthenticated { get; } = new(MeshErrorCode.Unauthenticated, "The caller is not known.")
    {
        Remedy = "Log in, or send a token.",
    };
}

/// <summary>The caller of a request, or why it has none.</summary>
public readonly record struct MeshCaller
{
    internal MeshCaller(MeshIdentity? identity, MeshError otherwise)
    {
        Identity = identity;
        Error = identity is null ? otherwise : null;
    }

    /// <summary>The caller; null where there is an <see cref="Error"/>.</summary>
    public MeshIdentity? Identity { get; }

    /// <summary>Why the request is refused; null where there is an <see cref="Identity"/>.</summary>
    public MeshError? Error { get; }
}
