using Mesh;
using Mesh.Mcp;
using Mesh.Mcp.Conformance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

// As "client ADDRESS" it is the client that the official conformance suite runs.
if (args is ["client", var server])
{
    return await SuiteClient.RunAsync(new Uri(server));
}

// Else it is the server that the official conformance suite is run against: a room whose tools, prompts and resources are what the suite
// looks for, served as any room is. It prints its address when it can be reached, and runs until its standard input ends.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
var rooms = builder.Services.AddMesh()
    .AddRoom("suite")
    .AllowAnonymous(Grants.AgentDefault)
    .AddService(new RoomService(TestTools.Toolkit) { Grants = Grants.AgentDefault })
    .AddToolkit(new Toolkit("json", TestTools.SchemaTool, TestTools.HeaderTool))
    .AddService(ChangingTools.Service)
    .AddService(TestTasks.Greeter);
foreach (var toolkit in TestTasks.Toolkits)
{
    rooms.AddService(new RoomService(toolkit) { Grants = Grants.AgentDefault });
}

var app = builder.Build();
app.MapMeshMcp("/mcp", new()
{
    Room = "suite",
    Server = new()
    {
        Prompts = [TestPrompts.All, new AskingPrompt(), new McpRulesPrompts()],
        Resources = [new TestResources()],
        OfferClientTools = true,
        TaskAfter = TestTasks.TaskAfter,
    },
});
await app.StartAsync();
Console.WriteLine($"{app.Urls.First()}/mcp");
await Console.In.ReadToEndAsync();
await app.StopAsync();
return 0;
