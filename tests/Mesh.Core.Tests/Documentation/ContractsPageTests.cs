using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Documentation;

public sealed partial class ContractsPageTests
{
    private static readonly string Page = Repository.ReadAllText("docs", "contracts.md");

    private readonly Tool _published = Tool.Create("forecast", ([Range(1, 14)] int days, string city) => $"{city} {days}");
    private readonly Tool _now = Tool.Create("forecast", ([Range(1, 7)] int days, string city, string? unit = null) => $"{city} {days} {unit}");

    [Fact]
    public void The_example_is_the_code_of_this_test()
    {
        string source = Repository.ReadAllText("tests", "Mesh.Core.Tests", "Documentation", "ContractsPageTests.cs");
        Assert.All(
            Example().Match(Page).Groups["code"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Contains($"\n        {line}\n", source, StringComparison.Ordinal));
    }

    [Fact]
    public void The_example_fails_as_the_text_says()
    {
        var failure = Assert.ThrowsAny<Xunit.Sdk.XunitException>(Check);
        Assert.Equal(Output().Match(Page).Groups["text"].Value.Trim(), failure.Message);
        Assert.True(ContractDiff.Compare(_published.Definition, _published.Definition).IsCompatibleForCallers);
    }

    private void Check()
    {
        var (published, now) = (_published, _now);
        string file = JsonSerializer.Serialize(published.Definition, JsonSerializerOptions.Web);

        ToolDefinition old = JsonSerializer.Deserialize<ToolDefinition>(file, JsonSerializerOptions.Web)!;
        ContractComparison change = ContractDiff.Compare(old, now.Definition);
        Assert.True(change.IsCompatibleForCallers, change.ToString());
    }

    [Fact]
    public void It_names_every_verdict() =>
        Assert.Equal(
            Enum.GetNames<ContractCompatibility>(),
            Verdict().Matches(Page).Select(row => row.Groups["name"].Value));

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^```\n(?<text>Breaking.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Output();

    [GeneratedRegex("^\\| `(?<name>[A-Za-z]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Verdict();
}
