using System.Reflection;
using System.Text.RegularExpressions;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Documentation;

public sealed partial class CallsPageTests
{
    private static readonly string Page = Repository.ReadAllText("docs", "calls.md");

    [Fact]
    public void It_lists_every_error_code_and_no_other() =>
        Assert.Equal(
            typeof(MeshErrorCode).GetProperties(BindingFlags.Public | BindingFlags.Static)
                .Select(property => property.GetValue(null)!.ToString()!)
                .Order(StringComparer.Ordinal),
            Row().Matches(Page[Page.IndexOf("## Error codes", StringComparison.Ordinal)..])
                .Select(row => row.Groups["code"].Value)
                .Order(StringComparer.Ordinal));

    [GeneratedRegex("^\\| `(?<code>[a-z_]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
