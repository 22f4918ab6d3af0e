using System.Text.RegularExpressions;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Documentation;

public sealed partial class ReadmeTests
{
    private static readonly string Readme = Repository.ReadAllText("README.md");

    [Fact]
    public void The_example_is_the_program_of_a_sample() =>
        Assert.Equal(
            Repository.ReadAllText("samples", "TenLines", "Program.cs").Trim(),
            Example().Match(Readme).Groups["code"].Value.Trim());

    [Fact]
    public async Task The_example_runs_and_prints_what_the_text_says()
    {
        var sample = await Sample.RunAsync("TenLines");

        Assert.Equal((0, "", "Forecast { City = Oslo, Days = 3, Sky = sun }\n"), (sample.ExitCode, sample.Error, sample.Output));
        Assert.Contains(sample.Output.Trim(), Readme, StringComparison.Ordinal);
    }

    [Fact]
    public void What_it_links_to_is_there() =>
        Assert.All(
            Link().Matches(Readme).Select(link => link.Groups["path"].Value),
            path => Assert.NotEmpty(Repository.ReadAllText(path)));

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Example();

    [GeneratedRegex(@"\]\((?!http)(?<path>[^)#]+)")]
    private static partial Regex Link();
}
