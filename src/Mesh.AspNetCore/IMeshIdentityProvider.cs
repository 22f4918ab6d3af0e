using Microsoft.AspNetCore.Http;

namespace Mesh.AspNetCore;

/// <summary>
/// Says who a caller is in a room, by the application's own authentication. Asked for every request, and for several at once.
/// </summary>
public interface IMeshIdentityProvider
{
    /// <summary>The caller of a request.</summary>
    /// <param name="context">The request; <see cref="HttpContext.User"/> is authenticated.</param>
    /// <param name="room">The room's name, as the request gives it. It may be malformed, and need not be open.</param>
    /// <param name="cancellationToken">Cancelled when the caller no longer waits.</param>
    /// <returns>The caller; null for one that has no business in that room, whether it exists or not.</returns>
    ValueTask<MeshIdentity?> GetIdentityAsync(HttpContext context, string room, CancellationToken cancellationToken);
}
