using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Agents;

/// <summary>What comes between the steps of starting and stopping an agent.</summary>
public sealed class AgentRunTests
{
    [Fact]
    public async Task A_stop_that_comes_between_the_making_of_a_run_and_its_start_ends()
    {
        await using var host = new MeshHost();
        await using var ada = await host.JoinAsync("den", "ada", Grants.AgentDefault, cancellationToken: TestContext.Current.CancellationToken);
        var agent = new Idle();
        var run = new AgentRun(agent, ada);
        var stopping = run.DisposeAsync();
        await agent.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => run.StartAsync(TestContext.Current.CancellationToken).InTime());
        await stopping.InTime();
        await run.Stopped.InTime();
    }

    private sealed class Idle() : TaskRunner("idle")
    {
        protected override ValueTask<JsonElement?> AskAsync(AgentCallContext context, JsonElement arguments) => default;
    }
}
