using System.Diagnostics.CodeAnalysis;
using Mesh;
using Mesh.AspNetCore;
using Mesh.Hosting;
using Mesh.Mcp.AspNetCore;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves the rooms of an application to MCP clients.</summary>
public static class MeshMcpEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Serves rooms over MCP's Streamable HTTP, in every revision of the protocol: sessions for clients that begin with
    /// <c>initialize</c>, and request by request for those of revision 2026-07-28. Each caller is a participant of the room
    /// it names (see <c>AddIdentity</c>), has its tools and its rights, and leaves after a minute without a request.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path, with <c>{room}</c> for the name of the room; or without, and <see cref="MeshMcpOptions.Room"/>.</param>
    /// <param name="options">How they are served; null for the defaults.</param>
    /// <returns>Where <c>RequireAuthorization</c>, <c>RequireCors</c>, <c>RequireRateLimiting</c> and the like are added.
    /// Callers who are not known are turned away without them.</returns>
    /// <exception cref="InvalidOperationException"><c>AddMesh</c> was not called.</exception>
    /// <exception cref="ArgumentException">No room is named, or two are.</exception>
    /// <example><code>
    /// builder.Services.AddMesh().AddRoom("support");
    /// app.MapMeshMcp("/mcp/{room}");
    /// </code></example>
    public static IEndpointConventionBuilder MapMeshMcp(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, MeshMcpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        options ??= new();
        bool isNamed = pattern.Contains("{room", StringComparison.OrdinalIgnoreCase);
        if (isNamed == options.Room is not null)
        {
            throw new ArgumentException(
                isNamed ? $"The pattern '{pattern}' names the room, and MeshMcpOptions.Room does too." : $"The pattern '{pattern}' names no room: add {{room}} to it, or set MeshMcpOptions.Room.",
                nameof(pattern));
        }

        var services = endpoints.ServiceProvider;
        var host = services.GetService<MeshHost>() ?? throw new InvalidOperationException("There are no rooms to serve: call AddMesh on the application's services.");
        var gate = new RequestGate(options, services.GetService<IConfiguration>()?["AllowedHosts"]);
        var resource = new ProtectedResource(options.ProtectedResource, gate);
        var endpoint = new McpEndpoint(
            options, gate, resource, new MeshIdentities(services), new ServedParticipants(host, options, services.GetRequiredService<ILoggerFactory>().CreateLogger(McpHttpLog.Category)),
            services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None);
        services.GetRequiredService<MeshEndpoints>().Add(endpoint);
        if (options.ProtectedResource is not null)
        {
            endpoints.MapGet(ProtectedResource.Path + (pattern.StartsWith('/') ? pattern : "/" + pattern), resource.GetAsync)
                .WithMetadata(new AllowAnonymousAttribute()).WithDisplayName($"MCP protected resource {pattern}");
        }

        var group = endpoints.MapGroup(pattern);
        group.MapPost("", (RequestDelegate)endpoint.PostAsync).WithDisplayName($"MCP POST {pattern}");
        group.MapGet("", (RequestDelegate)endpoint.GetAsync).WithDisplayName($"MCP GET {pattern}");
        group.MapDelete("", (RequestDelegate)endpoint.DeleteAsync).WithDisplayName($"MCP DELETE {pattern}");
        return group;
    }
}
