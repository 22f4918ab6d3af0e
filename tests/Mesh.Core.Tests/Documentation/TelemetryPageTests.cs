using System.Reflection;
using System.Text.RegularExpressions;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Documentation;

public sealed partial class TelemetryPageTests
{
    private static readonly string Page = Repository.ReadAllText("docs", "telemetry.md");

    [Fact]
    public void It_names_everything_that_telemetry_names_and_nothing_else()
    {
        string[] names = [.. typeof(TelemetryNames).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];
        Assert.All(names, name => Assert.Contains($"`{name}", Page, StringComparison.Ordinal));
        Assert.Empty(Dotted().Matches(Page).Select(match => match.Value.Trim('`')).Except(names));
    }

    [GeneratedRegex(@"`(gen_ai|mesh|error)(\.[a-z_]+)+`")]
    private static partial Regex Dotted();
}
