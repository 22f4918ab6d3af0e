using Mesh;
await using var mesh = new MeshHost();
await using var ada = await mesh.JoinAsync("support", "ada", Grants.AgentDefault);
await using var bob = await mesh.JoinAsync("support", "bob");                    // Grants.UserDefault

await ada.Toolkits.RegisterAsync(Toolkit.Create("weather",
    Tool.Create("forecast", (string city, int days = 3) => new Forecast(city, days, "sun"))));

var f = await bob.Toolkits.InvokeAsync<Forecast>("weather/forecast", new { city = "Oslo" });
Console.WriteLine(f);
sealed record Forecast(string City, int Days, string Sky);
