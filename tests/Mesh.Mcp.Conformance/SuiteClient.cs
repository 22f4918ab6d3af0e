using System.Text.Json;
using ModelContextProtocol.Client;

namespace Mesh.Mcp.Conformance;

/// <summary>
/// The client that the official suite runs, once for each of its scenarios: it connects the server of the scenario to a room,
/// and a person in that room calls the server's tools. The scenario says no more than which tools are called.
/// </summary>
internal static class SuiteClient
{
    /// <summary>Plays one scenario, of which the suite tells in the environment.</summary>
    /// <returns>The exit code: 0 if all went as an ordinary user would wish.</returns>
    public static async Task<int> RunAsync(Uri server)
    {
        string scenario = Environment.GetEnvironmentVariable("MCP_CONFORMANCE_SCENARIO") ?? "";
        var context = JsonElement.Parse(Environment.GetEnvironmentVariable("MCP_CONFORMANCE_CONTEXT") is { Length: > 0 } given ? given : "{}");
        using var login = new SuiteLogin();
        try
        {
            await using var mesh = new MeshHost();
            await using var desk = await mesh.JoinAsync("suite", "desk", Grants.AgentDefault);
            await using var person = await mesh.JoinAsync("suite", "person");
            await using var answers = await person.Toolkits.RegisterAsync(Toolkit.Create("user", Tool.Create("ask_user", AgreeablePerson.Answer)), new() { Private = true });
            await using var toolkit = await McpToolkit.ConnectAsync(
                "suite",
                McpTransport.Http(new()
                {
                    Endpoint = server,
                    TransportMode = HttpTransportMode.StreamableHttp,
                    OAuth = scenario.StartsWith("auth/", StringComparison.Ordinal) ? login.Options(context) : null,
                }),
                new() { ProtocolVersion = Environment.GetEnvironmentVariable("MCP_CONFORMANCE_PROTOCOL_VERSION") });
            await using var offered = await toolkit.RegisterAsync(desk);
            foreach (var skipped in toolkit.Status.Skipped)
            {
                Console.WriteLine($"skipped {skipped.Name}: {skipped.Error.Message}");
            }

            bool isWell = true;
            await foreach (var (tool, arguments) in SuiteCalls.ForAsync(scenario, context, toolkit, person))
            {
                var outcome = await person.Toolkits.TryInvokeAsync($"suite/{tool}", JsonPayload.FromElement(arguments));
                Console.WriteLine($"{tool} {arguments}: {(outcome.IsResult ? outcome.Response : outcome.Error)}");
                isWell &= outcome.IsResult;
            }

            return isWell ? 0 : 1;
        }
        catch (MeshException exception)
        {
            await Console.Error.WriteLineAsync(exception.ToString());
            return 1;
        }
    }
}
