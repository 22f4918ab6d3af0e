using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace Mesh.Core.Tests.Services.State;

public sealed class StatePatternTests
{
    [Theory]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.b", "a.b.c", false)]
    [InlineData("a.*", "a.b", true)]
    [InlineData("a.*", "a", false)]
    [InlineData("a.*", "a.b.c", false)]
    [InlineData("*", "a", true)]
    [InlineData("*", "a.b", false)]
    [InlineData("*.*", "a.b", true)]
    [InlineData("pipeline.*.raw", "pipeline.7.raw", true)]
    [InlineData("pipeline.*.raw", "pipeline.7.8.raw", false)]
    [InlineData("a.>", "a", false)]
    [InlineData("a.>", "a.b", true)]
    [InlineData("a.>", "a.b.c", true)]
    [InlineData("a.>", "ab.c", false)]
    [InlineData("*.>", "a.b.c", true)]
    [InlineData(">", "a.b.c", true)]
    public void Segments_match(string pattern, string key, bool matches) => Assert.Equal(matches, StatePattern.Parse(pattern).Matches(key));

    [Fact]
    public void What_is_no_pattern_is_told_with_the_grammar()
    {
        var error = Assert.Throws<MeshException>(() => StatePattern.Parse("a.>.b")).Error;
        Assert.Equal(MeshErrorCode.InvalidArguments, error.Code);
        Assert.Contains("a.>.b", error.Message, StringComparison.Ordinal);
        Assert.Contains("'>'", error.Remedy, StringComparison.Ordinal);
        Assert.Throws<MeshException>(() => StatePattern.Parse(""));
        Assert.Throws<MeshException>(() => StatePattern.Parse(new string('a', 257)));
    }

    [Fact]
    public void A_pattern_matches_as_the_regular_expression_of_the_same_meaning_and_only_keys_with_its_prefix()
    {
        int matched = 0;
        var keys = Gen.Elements("a", "b", "ab").NonEmptyListOf().Select(segments => string.Join('.', segments));
        var patterns = Gen.Elements("a", "b", "ab", "*", "*", ">").NonEmptyListOf().Select(segments => string.Join('.', segments));
        foreach (var (pattern, key) in patterns.Zip(keys).Sample(20_000, new Rnd(7), 4).Where(pair => StateKeys.IsPattern(pair.Item1) && StateKeys.IsKey(pair.Item2)))
        {
            string regex = string.Join("\\.", pattern.Split('.').Select(segment => segment switch { "*" => "[^.]+", ">" => ".+", _ => Regex.Escape(segment) }));
            bool expected = Regex.IsMatch(key, $"^({regex})$");
            var parsed = StatePattern.Parse(pattern);
            Assert.True(expected == parsed.Matches(key), $"{pattern} {key}");
            Assert.True(!expected || key.StartsWith(parsed.Prefix, StringComparison.Ordinal), $"{pattern} {key}");
            matched += expected ? 1 : 0;
        }

        Assert.True(matched >= 300, $"Only {matched} matched.");
    }
}
