using System.Text;
using System.Text.Json;

namespace Mesh.Core.Tests.Schemas;

/// <summary>
/// Seeded fuzzing: whatever the schema and the instance, both ways of validating agree and nothing throws.
/// MESH_FUZZ sets how many pairs are tried.
/// </summary>
public sealed class SchemaFuzzTests
{
    private static readonly string[] Names = ["a", "b", "c", "\\u0061", "x-y", "a long property name", "é"];
    private static readonly string[] Scalars =
        ["0", "1", "-1", "1.0", "1e2", "2.5", "1e-7", "123456789012345678901", "null", "true", "false", "\"\"", "\"a\"", "\"abc\"", "\"\\u0061\"", "\"é\\n\"", "\"\\ud83d\\ude00\""];

    private static readonly string[] Leaves =
    [
        "\"type\":\"object\"", "\"type\":[\"string\",\"integer\"]", "\"type\":\"number\"", "\"const\":1", "\"enum\":[1,\"a\",null,[1],{\"a\":1}]", "\"minimum\":1", "\"maximum\":2.5",
        "\"multipleOf\":0.5", "\"minLength\":1", "\"maxLength\":2", "\"pattern\":\"^[a-c]+$\"", "\"pattern\":\"a|é\"", "\"required\":[\"a\",\"x-y\"]", "\"minItems\":1", "\"maxItems\":2",
        "\"uniqueItems\":true", "\"minProperties\":1", "\"maxProperties\":2", "\"dependentRequired\":{\"a\":[\"b\"]}", "\"format\":\"date\"", "\"$ref\":\"#/$defs/d\"", "\"$dynamicRef\":\"#n\"", "\"$recursiveRef\":\"#\"",
        "\"additionalProperties\":false", "\"items\":false", "\"unevaluatedProperties\":false", "\"unevaluatedItems\":false",
    ];

    private static readonly string[] Lists = ["allOf", "anyOf", "oneOf", "prefixItems"];

    private static readonly string[] Holders =
        ["not", "items", "contains", "additionalProperties", "propertyNames", "if", "then", "else", "unevaluatedItems", "unevaluatedProperties"];

    [Fact]
    public void Both_ways_of_validating_agree_and_nothing_throws()
    {
        int pairs = int.TryParse(Environment.GetEnvironmentVariable("MESH_FUZZ"), out int wanted) ? wanted : 20_000;
        Random random = new(20_261_120);
        SchemaOptions options = new() { AssertFormats = true, MaxSteps = 20_000 };
        for (int done = 0; done < pairs;)
        {
            string text = "{\"$defs\":{\"d\":" + Schema(random, 2) + ",\"e\":{\"$dynamicAnchor\":\"n\",\"maxProperties\":3}}," + Schema(random, 3)[1..];
            if (text.EndsWith(",}", StringComparison.Ordinal))
                text = text[..^2] + "}";
            CompiledSchema schema;
            try
            {
                schema = CompiledSchema.Compile(JsonElement.Parse(Encoding.UTF8.GetBytes(text)), options);
            }
            catch (MeshException exception) when (exception.Code == MeshErrorCode.InvalidSchema)
            {
                done++;
                continue;
            }

            for (int i = 0; i < 10; i++, done++)
            {
                byte[] instance = Encoding.UTF8.GetBytes(Instance(random, 3));
                JsonElement element = JsonElement.Parse(instance);
                bool valid = schema.IsValid(element);
                IReadOnlyList<SchemaViolation> violations = schema.Validate(element);
                Assert.True(valid == (violations.Count == 0), $"{text} {Encoding.UTF8.GetString(instance)}");
                Assert.Equal(schema.IsValidStrict(element), schema.IsValid(instance));
                Assert.True(valid || !schema.IsValid(instance));
                Assert.All(violations, violation => Assert.NotEmpty(violation.Message));
            }
        }
    }

    [Fact]
    public void The_entrance_reads_the_same_JSON_as_the_base_class_library()
    {
        Random random = new(7);
        byte[] noise = "{}[]\",:\\/u0ded18-+.eE tfn\n\u0001"u8.ToArray();
        JsonDocumentOptions options = new() { AllowDuplicateProperties = false };
        for (int i = 0; i < 50_000; i++)
        {
            byte[] json = Encoding.UTF8.GetBytes(Instance(random, 3));
            for (int edits = random.Next(3); edits > 0; edits--)
                json[random.Next(json.Length)] = noise[random.Next(noise.Length)];
            Assert.True(IsRead(json, options) == JsonEntrance.Check(json) is null, Encoding.UTF8.GetString(json));
        }
    }

    private static bool IsRead(byte[] json, JsonDocumentOptions options)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, options);
            return Encoding.UTF8.GetString(json).IndexOf('\uFFFD') < 0 && IsClean(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Reading a string throws on half a surrogate pair.</summary>
    private static bool IsClean(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().All(property => property.Name is not null && IsClean(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().All(IsClean),
        JsonValueKind.String => element.GetString() is not null,
        JsonValueKind.Number => double.IsFinite(element.GetDouble()),
        _ => true,
    };

    private static string Schema(Random random, int depth)
    {
        Dictionary<string, string> keywords = [];
        for (int count = random.Next(1, 4); count > 0; count--)
        {
            string keyword = depth > 0 && random.Next(2) == 0 ? Nested(random, depth - 1) : Leaves[random.Next(Leaves.Length)];
            keywords[keyword[..keyword.IndexOf(':', StringComparison.Ordinal)]] = keyword;
        }

        return "{" + string.Join(',', keywords.Values) + "}";
    }

    private static string Nested(Random random, int depth) => random.Next(5) switch
    {
        0 => "\"properties\":{\"a\":" + Schema(random, depth) + ",\"b\":" + Schema(random, depth) + "}",
        1 => "\"" + Lists[random.Next(Lists.Length)] + "\":[" + Schema(random, depth) + "," + Schema(random, depth) + "]",
        2 => "\"patternProperties\":{\"^x|é\":" + Schema(random, depth) + "}",
        3 => "\"dependentSchemas\":{\"a\":" + Schema(random, depth) + "}",
        _ => "\"" + Holders[random.Next(Holders.Length)] + "\":" + Schema(random, depth),
    };

    private static string Instance(Random random, int depth)
    {
        int kind = depth == 0 ? 9 : random.Next(10);
        if (kind < 4)
            return "{" + string.Join(',', Enumerable.Range(0, random.Next(5)).Select(_ => $"\"{Names[random.Next(Names.Length)]}\":{Instance(random, depth - 1)}")) + "}";
        if (kind < 7)
            return "[" + string.Join(',', Enumerable.Range(0, random.Next(9)).Select(_ => Instance(random, depth - 1))) + "]";
        return Scalars[random.Next(Scalars.Length)];
    }
}
