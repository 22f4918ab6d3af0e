using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace Mesh.Core.Tests.Participants;

public sealed class AllowListTests
{
    /// <summary>Few letters and many stars, so that patterns and names meet.</summary>
    private static readonly Arbitrary<string> Patterns = Words("aab**");

    private static readonly Arbitrary<string> NamesOfFewLetters = Words("aab");

    [Fact]
    public void A_pattern_covers_what_a_naive_matcher_says() =>
        Prop.ForAll(Patterns, NamesOfFewLetters, (pattern, name) => AllowList.Matches(pattern, name) == NaivelyMatches(pattern, name))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void A_list_allows_what_any_of_its_patterns_covers() =>
        Prop.ForAll(Patterns, Patterns, NamesOfFewLetters, (one, other, name) =>
        {
            string[] patterns = [.. new[] { one, other }.Where(pattern => pattern.Length > 0)];
            return new AllowList(patterns).Allows(name) == patterns.Any(pattern => NaivelyMatches(pattern, name));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void A_hostile_pattern_takes_no_time_that_grows_with_its_stars()
    {
        string pattern = string.Concat(Enumerable.Repeat("*a", 5_000)) + "b";
        Assert.False(AllowList.Matches(pattern, new string('a', 10_000)));
    }

    [Fact]
    public void Order_and_duplicates_do_not_matter()
    {
        var list = new AllowList("b", "a", "b");
        Assert.Equal(new AllowList("a", "b"), list);
        Assert.Equal(new AllowList("a", "b").GetHashCode(), list.GetHashCode());
        Assert.Equal(["a", "b"], list.Patterns);
        Assert.Equal("""["a","b"]""", list.ToString());
    }

    [Fact]
    public void Nothing_and_everything_are_spelled_out()
    {
        Assert.False(AllowList.None.Allows("a"));
        Assert.False(AllowList.None.Allows(""));
        Assert.True(AllowList.All.Allows(""));
        Assert.True(AllowList.All is { IsAll: true });
        Assert.Throws<ArgumentException>(() => new AllowList("a", ""));
        Assert.Throws<ArgumentException>(() => new AllowList("a", null!));
    }

    private static Arbitrary<string> Words(string letters) =>
        Gen.Elements(letters.ToCharArray()).ArrayOf().Select(word => new string([.. word.Take(12)])).ToArbitrary();

    private static bool NaivelyMatches(string pattern, string name) =>
        Regex.IsMatch(name, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}\\z", RegexOptions.Singleline | RegexOptions.CultureInvariant);
}
