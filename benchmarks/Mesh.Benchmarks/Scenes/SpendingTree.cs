using System.Runtime.CompilerServices;
using Mesh.Agents;
using Microsoft.Extensions.AI;

namespace Mesh.Benchmarks.Scenes;

/// <summary>A tree of agents that spend in sixteen branches at once until their budget is full.</summary>
internal static class SpendingTree
{
    private const int Branches = 16;
    private const int TokensOfRequest = 100;
    private const int Budget = 20_000;
    private static readonly ModelPrices Prices = ModelPrices.FromJson("""{"*":{"input":1000,"output":1000}}""");

    /// <summary>How many requests were made beyond those that a full budget finds in flight: with a budget of tokens, and with one of money.</summary>
    public static async Task<int> OverspendAsync()
    {
        int ofTokens = await SpendAsync(new() { Tokens = Budget, Calls = 1_000_000 }, null).ConfigureAwait(false);

        // Money is reserved before each request: none may go beyond it at all.
        int ofMoney = await SpendAsync(new() { Cost = Budget / 1_000m, Calls = 1_000_000 }, Prices).ConfigureAwait(false);
        return Math.Max(0, ofTokens - (Budget / TokensOfRequest) - (Branches - 1)) + Math.Max(0, ofMoney - (Budget / TokensOfRequest));
    }

    private static async Task<int> SpendAsync(Budget budget, ModelPrices? prices)
    {
        using var model = new SpendingClient();
        await using var host = new MeshHost();
        var provider = await host.JoinAsync("figures", "provider", Grants.AgentDefault).ConfigureAwait(false);
        await provider.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("work", async () => await Task.Yield()))).ConfigureAwait(false);
        await using var agent = new LlmTaskRunner(
            "branch", model, loop: new() { Prices = prices, ReservedOutputTokens = TokensOfRequest, MaxIterations = 10_000, MaxCalls = 10_000 })
        {
            Requires = [Requirement.Toolkit("kit")],
        };
        await agent.StartAsync(await host.JoinAsync("figures", "agent", Grants.AgentDefault).ConfigureAwait(false)).ConfigureAwait(false);
        await provider.Toolkits.RegisterAsync(Toolkit.Create("boss", Tool.Create("split", async (CallContext call) =>
            await Task.WhenAll(Enumerable.Range(0, Branches).Select(_ => Task.Run(async () => await call.Room.Agents.TryAskAsync("branch", new { prompt = "?" }))))))).ConfigureAwait(false);
        var caller = await host.JoinAsync("figures", "caller").ConfigureAwait(false);
        await caller.Toolkits.TryInvokeAsync("boss/split", null, new() { Budget = budget }).ConfigureAwait(false);
        return model.Requests > Budget / TokensOfRequest / 2
            ? model.Requests
            : throw new InvalidOperationException($"The budget was not spent: {model.Requests} requests.");
    }

    /// <summary>A model that always wants another call.</summary>
    private sealed class SpendingClient : IChatClient
    {
        private int _requests;

        public int Requests => _requests;

        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            int number = Interlocked.Increment(ref _requests);
            await Task.Yield();
            yield return new(ChatRole.Assistant, [new FunctionCallContent($"call-{number}", "kit_work", new Dictionary<string, object?>()), new UsageContent(new() { InputTokenCount = 50, OutputTokenCount = 50 })]);
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
