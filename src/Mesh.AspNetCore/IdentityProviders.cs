using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Mesh.AspNetCore;

/// <summary>Who callers are that have not been authenticated.</summary>
internal sealed record AnonymousCallers(MeshIdentity Identity);

/// <summary>Asks the application's own function.</summary>
internal sealed class FunctionIdentityProvider(Func<ClaimsPrincipal, string, MeshIdentity?> identify) : IMeshIdentityProvider
{
    public ValueTask<MeshIdentity?> GetIdentityAsync(HttpContext context, string room, CancellationToken cancellationToken) => new(identify(context.User, room));
}

/// <summary>
/// Every authenticated user, under the id that the application's authentication gives: that is unique, where a name to be
/// shown may be anybody's choice.
/// </summary>
internal sealed class ClaimsIdentityProvider : IMeshIdentityProvider
{
    public ValueTask<MeshIdentity?> GetIdentityAsync(HttpContext context, string room, CancellationToken cancellationToken) =>
        new(SubjectOf(context.User) is { } subject ? new MeshIdentity($"{subject.Issuer}\n{subject.Type}\n{subject.Value}", subject.Value) : null);

    private static Claim? SubjectOf(ClaimsPrincipal user) => Find(user, ClaimTypes.NameIdentifier) ?? Find(user, "sub")
        ?? (user.Identities.FirstOrDefault(static identity => identity.IsAuthenticated) is { } identity ? Find(user, identity.NameClaimType) : null);

    private static Claim? Find(ClaimsPrincipal user, string type)
    {
        // What an identity says that was not authenticated is anybody's word.
        foreach (var identity in user.Identities)
        {
            if (identity.IsAuthenticated && identity.FindFirst(type) is { Value.Length: > 0 } claim)
            {
                return claim;
            }
        }

        return null;
    }
}
