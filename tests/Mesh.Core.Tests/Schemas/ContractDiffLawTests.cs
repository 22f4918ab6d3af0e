using System.Text.Json;

namespace Mesh.Core.Tests.Schemas;

/// <summary>What the comparison promises is held against the validator: seeded pairs of schemas, and instances for both.</summary>
public sealed class ContractDiffLawTests
{
    private static readonly string[] Scalars =
    [
        """{"type":"integer"}""", """{"type":"number"}""", """{"type":"integer","minimum":1}""", """{"type":"integer","exclusiveMinimum":1}""", """{"type":"number","maximum":2.5}""",
        """{"type":"string"}""", """{"type":"string","maxLength":1}""", """{"type":"string","minLength":1}""", """{"enum":["a",1,null]}""", """{"const":"a"}""", """{"const":1.0}""",
        """{"type":["string","null"]}""", """{"type":"string","pattern":"a"}""", """{"not":{"type":"string"}}""", "true", "false", "{}", """{"multipleOf":2}""",
    ];

    private static readonly string[] Names = ["a", "b", "c"];

    private static readonly string[] Values =
        ["0", "1", "2", "1.0", "2.5", "-1", "\"\"", "\"a\"", "\"ab\"", "null", "true", "[]", "[1]", "[\"a\",2]", "[null,null]", "{}"];

    [Fact]
    public void What_is_compatible_breaks_nobody()
    {
        Random random = new(20_261_123);
        int promised = 0;
        for (int i = 0; i < 4_000; i++)
        {
            string old = Schema(random, 2);
            string now = random.Next(3) == 0 ? Schema(random, 2) : Mutate(random, old);
            ContractComparison comparison = ContractDiff.Compare(JsonElement.Parse(old), JsonElement.Parse(now));
            ContractComparison back = ContractDiff.Compare(JsonElement.Parse(now), JsonElement.Parse(old));
            Assert.Equal((comparison.IsCompatibleForCallers, comparison.IsCompatibleForProviders), (back.IsCompatibleForProviders, back.IsCompatibleForCallers));
            promised += comparison.Compatibility is ContractCompatibility.CompatibleForCallers or ContractCompatibility.CompatibleForProviders ? 1 : 0;
            CompiledSchema before = SchemaTesting.Schema(old), after = SchemaTesting.Schema(now);
            for (int j = 0; j < 25; j++)
            {
                string value = Value(random, 2);
                (bool was, bool isNow) = (before.IsValid(SchemaTesting.Json(value)), after.IsValid(SchemaTesting.Json(value)));
                Assert.False(was && !isNow && comparison.IsCompatibleForCallers, $"{old} {now} {value}");
                Assert.False(isNow && !was && comparison.IsCompatibleForProviders, $"{old} {now} {value}");
            }
        }

        // The law must not hold because nothing is ever promised.
        Assert.InRange(promised, 400, 4_000);
    }

    private static string Schema(Random random, int depth) => (depth == 0 ? 0 : random.Next(9)) switch
    {
        1 or 2 => $$"""{"type":"object","properties":{"a":{{Schema(random, depth - 1)}},"b":{{Schema(random, depth - 1)}}}{{Tail(random)}}}""",
        3 => $$"""{"type":"array","items":{{Schema(random, depth - 1)}}{{(random.Next(2) == 0 ? ",\"minItems\":1" : "")}}}""",
        4 => $$"""{"type":"array","prefixItems":[{{Schema(random, depth - 1)}}],"items":{{Schema(random, depth - 1)}}}""",
        5 => $$"""{"anyOf":[{{Schema(random, depth - 1)}},{{Schema(random, depth - 1)}}]}""",
        6 => $$"""{"oneOf":[{{Schema(random, depth - 1)}},{{Schema(random, depth - 1)}}]}""",
        7 when depth == 2 => """{"$ref":"#/$defs/d","$defs":{"d":""" + Schema(random, 1) + "}}",
        8 => $$"""{"type":"object","additionalProperties":{{Schema(random, depth - 1)}}}""",
        _ => Scalars[random.Next(Scalars.Length)],
    };

    private static string Tail(Random random) => random.Next(5) switch
    {
        0 => ",\"required\":[\"a\"]",
        1 => ",\"required\":[\"a\",\"b\"]",
        2 => ",\"additionalProperties\":false",
        3 => ",\"additionalProperties\":false,\"required\":[\"b\"]",
        _ => "",
    };

    /// <summary>One place changed into another: mostly a change that widens or narrows.</summary>
    private static string Mutate(Random random, string schema)
    {
        (string From, string To)[] changes =
        [
            ("\"integer\"", "\"number\""), ("\"number\"", "\"integer\""), ("\"minimum\":1", "\"minimum\":0"), ("\"maxLength\":1", "\"maxLength\":2"), ("\"minLength\":1", "\"minLength\":2"),
            (",\"required\":[\"a\"]", ""), ("\"required\":[\"a\",\"b\"]", "\"required\":[\"b\"]"), (",\"additionalProperties\":false", ""), ("\"minItems\":1", "\"minItems\":2"),
            ("\"oneOf\"", "\"anyOf\""), ("\"anyOf\"", "\"oneOf\""), ("[\"a\",1,null]", "[\"a\",1]"), ("\"const\":\"a\"", "\"enum\":[\"a\",2]"), ("[\"string\",\"null\"]", "\"null\""), ("\"b\":", "\"c\":"),
        ];
        var applicable = changes.Where(change => schema.Contains(change.From, StringComparison.Ordinal)).ToArray();
        return applicable.Length == 0 ? schema : applicable[random.Next(applicable.Length)] is var (from, to) ? schema.Replace(from, to, StringComparison.Ordinal) : schema;
    }

    private static string Value(Random random, int depth)
    {
        if (depth == 0 || random.Next(3) == 0)
            return Values[random.Next(Values.Length)];
        return random.Next(2) == 0
            ? "[" + string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth - 1))) + "]"
            : "{" + string.Join(',', Names.Where(_ => random.Next(2) == 0).Select(name => $"\"{name}\":{Value(random, depth - 1)}")) + "}";
    }
}
