using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mesh.Core.Tests.Agents;

public sealed class AgentCreationTests
{
    [Fact]
    public void The_shape_follows_from_the_signature()
    {
        AssertShape(AgentShape.Responder, (string text) => text);
        AssertShape(AgentShape.Responder, (string text, int most) => Task.FromResult(text));
        AssertShape(AgentShape.Responder, (string text) => new ValueTask<string>(text));
        AssertShape(AgentShape.Responder, (string text) => { });
        AssertShape(AgentShape.Responder, (string text, CallContext call) => Task.CompletedTask);
        AssertShape(AgentShape.Responder, (IAsyncEnumerable<string> texts) => Task.FromResult(1));
        AssertShape(AgentShape.Streamer, (string text, CancellationToken token) => Items(token));
        AssertShape(AgentShape.Trigger, () => 1);
        AssertShape(AgentShape.Trigger, (CallContext call, CancellationToken token) => Task.FromResult(1));
        AssertShape(AgentShape.Trigger, ([FromHost] IServiceProvider services) => ValueTask.FromResult("x"));
        AssertShape(AgentShape.Publisher, (CancellationToken token) => Items(token));
        AssertShape(AgentShape.Publisher, (RoomClient room, [FromHost] IServiceProvider services) => Items(default));
        AssertShape(AgentShape.Watcher, () => { });
        AssertShape(AgentShape.Watcher, (RoomClient room, CancellationToken token) => Task.CompletedTask);
        AssertShape(AgentShape.Watcher, (RoomClient room) => ValueTask.CompletedTask);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".nlp")]
    [InlineData("nlp.")]
    [InlineData("nlp..x")]
    [InlineData("nlp/x")]
    [InlineData("nlp x")]
    [InlineData("ärger")]
    [InlineData("x@y")]
    public void A_malformed_name_is_refused(string name) =>
        AssertRefused($"Agent name '{name}'", () => Agent.Create(name, () => 1));

    [Fact]
    public void A_name_is_at_most_64_characters_long()
    {
        Assert.Equal(64, Agent.Create(new string('x', 64), () => 1).Name.Length);
        AssertRefused("malformed", () => Agent.Create(new string('x', 65), () => 1));
    }

    [Theory]
    [InlineData("1.0", false)]
    [InlineData("1.0.0", true)]
    [InlineData("01.0.0", false)]
    [InlineData("1.0.0-rc.1", true)]
    [InlineData("1.0.0-01", false)]
    [InlineData("1.0.0-0a.x-y+b.001", true)]
    [InlineData("1.0.0\n", false)]
    [InlineData("v1.0.0", false)]
    [InlineData("", false)]
    public void A_version_is_semantic(string version, bool isOne)
    {
        var options = new AgentOptions { Version = version };
        if (isOne)
        {
            Assert.Equal(version, Agent.Create("a", () => 1, options).Contract.Version);
        }
        else
        {
            AssertRefused("version", () => Agent.Create("a", () => 1, options));
        }
    }

    [Fact]
    public void What_cannot_be_described_is_refused_with_the_reason()
    {
        AssertRefused("Agent 'a': Type 'System.IO.Stream'", () => Agent.Create("a", (Stream stream) => 1));
        AssertRefused("Agent 'a': Type 'System.Object'", () => Agent.Create("a", (string text) => new object()));
        AssertRefused("Agent 'a': Type 'System.Action'", () => Agent.Create("a", (Action done, int number) => 1));
        AssertRefused("no call", () => Agent.Create("a", (CallContext call) => Items(call.CancellationToken)));
        AssertRefused("no call", () => Agent.Create("a", (CallContext call) => { }));
        AssertRefused("tag", () => Agent.Create("a", () => 1, new() { Tags = [""] }));
        AssertRefused("capability", () => Agent.Create("a", () => 1, new() { Capabilities = [new string('x', 65)] }));
        AssertRefused("64", () => Agent.Create("a", () => 1, new() { Tags = [.. Enumerable.Range(0, 65).Select(i => $"{i}")] }));
        Assert.Throws<ArgumentNullException>(() => Agent.Create("a", null!));
    }

    [Fact]
    public void Marked_methods_are_agents()
    {
        var agents = Agent.FromObject(new Office()).ToDictionary(agent => agent.Name);
        Assert.Equal((2, 0), agents["summarize"].Limits);
        Assert.Equal((null, null), agents["ops.refresh"].Limits);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AgentAttribute { MaxConcurrency = -1 }.ToOptions("a"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AgentAttribute { MaxWaiting = -2 }.ToOptions("a"));
        Assert.Equal(["ops.refresh", "summarize", "ticks"], agents.Keys.Order());
        var contract = agents["summarize"].Contract;
        Assert.Equal(("Shortens.", "2.1.0", AgentShape.Responder, true), (contract.Description, contract.Version, contract.Shape, contract.Annotations.Idempotent));
        Assert.Equal(["text"], contract.Tags);
        Assert.Equal(["summarize"], contract.Capabilities);
        Assert.Equal(AgentShape.Publisher, agents["ticks"].Contract.Shape);
        AssertRefused("no method", () => Agent.FromObject(new object()));
        Assert.Equal(MeshErrorCode.NameTaken, Assert.Throws<MeshException>(() => Agent.FromObject(new Twins())).Code);
    }

    [Theory]
    [InlineData(null, "lamp exists")]
    [InlineData("on", "lamp = \"on\"")]
    [InlineData(true, "lamp = true")]
    [InlineData(2, "lamp = 2")]
    [InlineData(0.5f, "lamp = 0.5")]
    [InlineData(2.5, "lamp = 2.5")]
    [InlineData(ulong.MaxValue, "lamp = 18446744073709551615")]
    public void The_gate_of_a_marked_method_is_a_constant(object? value, string gate)
    {
        Assert.Equal(gate, $"{new AgentAttribute { GateKey = "lamp", GateValue = value }.ToOptions("a").Gate}");
    }

    [Fact]
    public void A_gate_that_makes_no_sense_is_refused()
    {
        Assert.Null(new AgentAttribute().ToOptions("a").Gate);
        AssertRefused("Agent 'a': GateValue 'on' has no GateKey", () => new AgentAttribute { GateValue = "on" }.ToOptions("a"));
        AssertRefused("Agent 'a': GateValue 'NaN'", () => new AgentAttribute { GateKey = "lamp", GateValue = double.NaN }.ToOptions("a"));
        AssertRefused("Agent 'a': GateValue 'System.Int32'", () => new AgentAttribute { GateKey = "lamp", GateValue = typeof(int) }.ToOptions("a"));
        AssertRefused("key", () => new AgentAttribute { GateKey = "" }.ToOptions("a"));
        AssertRefused("summarize", () => Agent.FromObject(new Gated()));
    }

    [Fact]
    public void A_contract_survives_its_JSON()
    {
        foreach (var agent in Agent.FromObject(new Office()))
        {
            string json = JsonSerializer.Serialize(agent.Contract, MeshJsonContext.Default.AgentContract);
            var read = JsonSerializer.Deserialize(json, MeshJsonContext.Default.AgentContract)!;
            Assert.Equal(agent.Contract, read);
            Assert.Equal(agent.Contract.ContractHash, read.ContractHash);
            Assert.NotEqual(agent.Contract, read with { Version = "9.0.0" });
            Assert.Equal(read.ContractHash, (read with { Version = "9.0.0", Tags = ["other"], Title = "Other" }).ContractHash);
            Assert.NotEqual(read.ContractHash, (read with { Name = "other" }).ContractHash);
        }
    }

    private static void AssertShape(AgentShape shape, Delegate handler)
    {
        var contract = Agent.Create("a", handler).Contract;
        Assert.Equal(shape, contract.Shape);
        Assert.Equal(shape is AgentShape.Streamer or AgentShape.Publisher, contract.ChunkSchema is not null);
        Assert.Equal(shape is not (AgentShape.Publisher or AgentShape.Watcher), contract.IsInvocable);
    }

    private static void AssertRefused(string reason, Func<object> create)
    {
        var error = Assert.Throws<MeshException>(create).Error;
        Assert.Equal(MeshErrorCode.InvalidDefinition, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
    }

    private static async IAsyncEnumerable<int> Items([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        yield return 1;
    }

    private sealed class Office
    {
        [Agent(Version = "2.1.0", Tags = ["text"], Capabilities = ["summarize"], Idempotent = true, MaxConcurrency = 2, MaxWaiting = 0)]
        [Description("Shortens.")]
        public static Task<string> SummarizeAsync(string text) => Task.FromResult(text);

        [Agent("ops.refresh")]
        private int Refresh() => GetHashCode();

        [Agent]
        public static IAsyncEnumerable<int> Ticks(CancellationToken cancellationToken) => Items(cancellationToken);
    }

    private sealed class Gated
    {
        [Agent(GateKey = "lamp")]
        public static string Summarize(string text) => text;
    }

    private sealed class Twins
    {
        [Agent("twin")]
        public static int One() => 1;

        [Agent("twin")]
        public static int Two() => 2;
    }
}
