using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Toolkits;

public sealed class MaxJournalCaptureTests
{
    [Fact]
    public void It_is_part_of_the_definition_but_not_of_the_contract()
    {
        var (open, secret) = (Of(null), Of(JournalCapture.None));
        Assert.Equal(open.ContractHash, secret.ContractHash);
        Assert.NotEqual(open.DefinitionHash, secret.DefinitionHash);
    }

    [Fact]
    public void It_crosses_a_wire_and_is_not_there_when_nothing_is_said()
    {
        string json = JsonSerializer.Serialize(Of(JournalCapture.Hash), MeshJsonContext.Default.ToolDefinition);
        Assert.Contains("\"maxJournalCapture\":\"hash\"", json, StringComparison.Ordinal);
        Assert.Equal(JournalCapture.Hash, JsonSerializer.Deserialize(json, MeshJsonContext.Default.ToolDefinition)!.MaxJournalCapture);
        Assert.DoesNotContain("axJournalCapture", JsonSerializer.Serialize(Of(null), MeshJsonContext.Default.ToolDefinition), StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_says_it_with_its_attribute() =>
        Assert.Equal([JournalCapture.None, null], Toolkit.FromObject("vault", new Vault("secret")).Tools.OrderBy(tool => tool.Name).Select(tool => tool.Definition.MaxJournalCapture));

    [Fact]
    public async Task A_level_that_does_not_exist_is_refused()
    {
        var journal = new MemoryJournal();
        await using var host = new MeshHost(new() { Journal = journal, ConfigureRoom = _ => new() { JournalCapture = new(JournalCapture.Hash) } });
        await using var ada = await host.JoinAsync("den", "ada", Grants.Full, cancellationToken: TestContext.Current.CancellationToken).InTime();
        var (less, more) = (Tool.Create("less", () => 1, new() { MaxJournalCapture = (JournalCapture)(-1) }), Tool.Create("more", () => 1, new() { MaxJournalCapture = (JournalCapture)9 }));
        var registering = await Record.ExceptionAsync(async () => await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", less, more), cancellationToken: TestContext.Current.CancellationToken));

        // Registering is a call, whose schema knows the levels.
        Assert.Equal(MeshErrorCode.InvalidArguments, Assert.IsType<MeshException>(registering).Code);
    }

    private static ToolDefinition Of(JournalCapture? most) => Tool.Create("leaf", (int value) => value, new() { MaxJournalCapture = most }).Definition;

    private sealed class Vault(string content)
    {
        [Tool(MaxJournalCapture = JournalCapture.None)]
        public string A() => content;

        [Tool]
        public string B() => content.ToUpperInvariant();
    }
}
