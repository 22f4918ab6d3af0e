using McpGateway;
using Mesh;
using Mesh.Mcp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Server;

// Several MCP servers in one room, served on as one MCP server: whoever comes to it sees the tools that its grants cover, and no others.
//
//   McpGateway                                  two of samples/McpServer, over standard input and output
//   McpGateway servers.json                     the servers of a file, in the form that MCP clients have for theirs
//   McpGateway [servers.json] --http [ADDRESS]  the same over HTTP, to all who reach that address
if (Settings.Read(args) is not { } settings)
{
    return 2;
}

await using var servers = await Servers.ConnectAsync(settings.Servers);

// Unless the file names tools, only those are granted whose servers say that they change nothing. They were asked once: what
// a server comes up with later is not granted by itself. By user/ask_user a server can ask the person at the client something.
var grants = Grants.UserDefault with
{
    Agents = new() { UseTools = true, RegisterPrivateToolkit = true, Tools = new AllowList([.. settings.Tools ?? servers.ReadOnlyTools, "user/ask_user"]) },
};

if (settings.Address is null)
{
    // A client has started this program: it is the one that is served.
    await using var mesh = new MeshHost();
    await using var hall = await mesh.JoinAsync("hall", "gateway", Grants.AgentDefault, new() { Role = ParticipantRole.Agent });
    await servers.OfferAsync(hall);
    await using var server = await RoomMcpServer.JoinAsync(mesh, "hall", "client", grants);
    await server.RunAsync(new StdioServerTransport("gateway"));
}
else
{
    // Where users log in, AddIdentity gives each of them grants of their own: see samples/WebApp.
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.WebHost.UseSetting("urls", settings.Address);
    builder.Services.AddMesh().AllowAnonymous(grants);
    await using var app = builder.Build();
    app.MapMeshMcp("/mcp/{room}");
    await using var hall = await app.Services.GetRequiredService<MeshHost>().JoinAsync("hall", "gateway", Grants.AgentDefault, new() { Role = ParticipantRole.Agent });
    await servers.OfferAsync(hall);
    await app.StartAsync();
    Console.WriteLine($"Served at {app.Urls.First()}/mcp/hall, until Ctrl+C.");
    await app.WaitForShutdownAsync();
}

return 0;
