using System.Security.Claims;
using Mesh;
using Mesh.AspNetCore;

namespace WebApp;

/// <summary>Who works here, and what that means in a room.</summary>
internal static class Team
{
    public static IReadOnlyDictionary<string, string> Members { get; } = new Dictionary<string, string> { ["ada"] = "buyer", ["bob"] = "clerk" };

    /// <summary>The participant that a user of the application is in a room; nobody, where the user has no business there.</summary>
    public static MeshIdentity? Identify(ClaimsPrincipal user, string room)
    {
        bool isBuyer = user.IsInRole("buyer");
        if (room == "back-office" && !isBuyer)
        {
            return null;
        }

        string name = user.FindFirstValue(ClaimTypes.NameIdentifier)!;
        return new(name, name)
        {
            Grants = Grants.UserDefault with
            {
                Agents = new() { UseTools = true, Tools = isBuyer ? new AllowList("stock/*") : new AllowList("stock/list") },
            },
        };
    }
}
