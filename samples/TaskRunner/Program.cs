using Mesh;
await using var mesh = new MeshHost();
await using var bot = await mesh.JoinAsync("desk", "bot", Grants.AgentDefault, new() { Role = ParticipantRole.Agent });
await using var ada = await mesh.JoinAsync("desk", "ada", Grants.AgentDefault);
await using var bob = await mesh.JoinAsync("desk", "bob");

// The agent starts as soon as the toolkit is there that it needs.
await using var planner = new Planner { Requires = [Requirement.Toolkit("weather", "forecast")], SupportsTools = true };
var starting = planner.StartAsync(bot);
await ada.Toolkits.RegisterAsync(Toolkit.Create("weather", Tool.Create("forecast", (string city) => $"sun in {city}")));
await starting;

// Bob gives it a tool of his own for one request; nobody else can call it.
await bob.Toolkits.RegisterAsync(Toolkit.Create("phone", Tool.Create("show", (string text) => Console.WriteLine($"Bob's phone: {text}"))), new() { Private = true });
Console.WriteLine(await bob.Agents.AskAsync<string>("trips.plan", new Trip("Oslo", 3), new() { Toolkits = ["phone"] }));

sealed record Trip(string City, int Days);

sealed class Planner() : TaskRunner<Trip, string>("trips.plan")
{
    protected override async ValueTask<string> AskAsync(AgentCallContext context, Trip input)
    {
        string plan = $"{input.Days} days of {await context.Room.Toolkits.InvokeAsync<string>("weather/forecast", new { city = input.City })}";
        foreach (var toolkit in await context.GetToolkitsAsync())
        {
            if (toolkit.Source == AgentToolkitSource.Caller)
            {
                await context.Room.Toolkits.InvokeAsync<ToolResponse>(toolkit.AddressOf("show"), new { text = plan });
            }
        }

        return plan;
    }
}
