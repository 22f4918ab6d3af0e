using static Mesh.Core.Tests.Schemas.SchemaTesting;

namespace Mesh.Core.Tests.Schemas;

public sealed class SchemaPatternTests
{
    [Theory]
    [InlineData("^\\d+$", "12", true)]
    [InlineData("^\\d+$", "١٢", false)]
    [InlineData("\\d", "a١", false)]
    [InlineData("^\\w+$", "é", false)]
    [InlineData("\\W", "é", true)]
    [InlineData("^\\s$", "\ufeff", true)]
    [InlineData("(^|,)\\s(,|$)", "\u2003", true)]
    [InlineData("^a$", "a\n", false)]
    [InlineData("(a|b)$", "b\n", false)]
    [InlineData("^.$", "\U0001F600", true)]
    [InlineData("x.y", "x\U0001F600y", true)]
    [InlineData("^.$", "\u2028", false)]
    [InlineData("^\\u{1F600}$", "\U0001F600", true)]
    [InlineData("^\\ud83d\\ude00$", "\U0001F600", true)]
    [InlineData("^(?:[\U0001F600-\U0001F64F]|x)+$", "\U0001F600x\U0001F64F", true)]
    [InlineData("^(?:[\U0001F600-\U0001F64F]|x)+$", "\U0001F680", false)]
    [InlineData("^[^a]b?c$", "\U0001F600c", true)]
    [InlineData("^\\p{Letter}+$", "aπ\U00010400", true)]
    [InlineData("\\p{Lu}\\p{Ll}+ \\p{Nd}", "Äpfel 3", true)]
    [InlineData("^\\P{L}+$", "12", true)]
    [InlineData("^[\\p{L}\\d_-]{2,4}$", "é-1", true)]
    [InlineData("a+", "xxaayy", true)]
    [InlineData("^a{2}b{0,1}c{1,}$", "aacc", true)]
    [InlineData("^a{2}b{0,1}c{1,}$", "aabbc", false)]
    [InlineData("^[a-z]+-?[a-z]+$", "ab", true)]
    [InlineData("^[a-z]*z$", "abz", true)]
    [InlineData("^x-", "x-y", true)]
    [InlineData("a{b}", "a{b}", true)]
    [InlineData("^[\\]\\-\\\\]+$", "]-\\", true)]
    [InlineData("^\\/\\.\\@$", "/.@", true)]
    [InlineData("^(?<year>\\d{4})$", "2026", true)]
    [InlineData("[]", "a", false)]
    [InlineData("^[^]$", "\n", true)]
    [InlineData("^\\cJ\\x41\\0?$", "\nA", true)]
    [InlineData("", "anything", true)]
    public void Patterns_mean_what_ECMA_262_says(string pattern, string subject, bool match)
    {
        string schema = $$"""{"pattern":{{System.Text.Json.JsonSerializer.Serialize(pattern)}}}""";
        Assert.Equal(match, Accepts(schema, System.Text.Json.JsonSerializer.Serialize(subject)));
        Assert.Equal(match, Accepts(schema, "\"" + subject.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\""));
    }
}
