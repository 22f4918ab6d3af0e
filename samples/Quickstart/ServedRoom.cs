using Mesh;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Quickstart;

/// <summary>The room as an MCP server on this machine, for whichever MCP client is at hand: <c>--serve</c>.</summary>
internal static class ServedRoom
{
    /// <summary>Serves the room until the program is interrupted.</summary>
    public static async Task<int> RunAsync(TextFolder folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");

        // Whoever reaches this port may read the folder. A tool that needs an approval asks the person at the client.
        builder.Services.AddMesh()
            .AddRoom("library")
            .AddToolkit(Toolkit.FromObject("files", new FilesToolkit(folder)))
            .AllowAnonymous(Grants.UserDefault);
        await using var app = builder.Build();
        app.MapMeshMcp("/mcp/{room}");
        await app.StartAsync();

        string address = $"{app.Urls.First()}/mcp/library";
        Console.WriteLine($"The room is an MCP server at {address}, until Ctrl+C. Paste one of these:");
        Console.WriteLine($"  claude mcp add --transport http library {address}");
        Console.WriteLine($$"""  { "servers": { "library": { "type": "http", "url": "{{address}}" } } }   (.vscode/mcp.json)""");
        Console.WriteLine($$"""  { "mcpServers": { "library": { "url": "{{address}}" } } }   (.cursor/mcp.json)""");
        await app.WaitForShutdownAsync();
        return 0;
    }
}
