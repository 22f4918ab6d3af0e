using System.Text;

namespace Mesh.Core.Tests.Schemas;

/// <summary>
/// The shortcut for objects of scalars: whatever it says yes to, the full evaluation, which is what Validate runs, must
/// find nothing wrong with.
/// </summary>
public sealed class FlatObjectTests
{
    private const string Forecast =
        """{"type":"object","properties":{"city":{"type":"string","minLength":1,"maxLength":5},"days":{"type":"integer","minimum":1,"maximum":16,"multipleOf":2},"wind":{"type":["number","null"]},"dry":{"type":"boolean"},"unit":{"enum":["C","\u0046",7,null]}},"required":["city","days"],"additionalProperties":false}""";

    private static readonly string[] Parts =
    [
        "{", "}", ",", ", ", ":", " ", "\n", "\"city\":", "\"days\":", "\"wind\": ", "\"dry\":", "\"\\u0063ity\":", "\"other\":", "\"unit\":", "\"C\"", "\"Oslo\"", "\"\"", "\"Lillehammer\"", "\"\\n\"", "\"é\"",
        "2", "3", "17", "-2", "02", "2.0", "2e0", "1e400", "12345678901234567890", "-", "true", "tru", "false", "null", "[]", "{}", "\"open",
    ];

    [Theory]
    [InlineData("""{"city":"Oslo","days":2}""", true)]
    [InlineData("""{"days": 2, "city": "Oslo", "wind": null, "dry": false}""", true)]
    [InlineData("{\"city\":\"Oslo\",\"days\":2}\r\n", true)]
    [InlineData("""{"city":"Oslo","days":2.0}""", true)]
    [InlineData("""{"city":"Oslo","days":2,"wind":0.5}""", true)]
    [InlineData("""{"city":"Oslo","days":2,"unit":"C"}""", true)]
    [InlineData("""{"city":"Oslo","days":2,"unit":"F"}""", true)]
    [InlineData("""{"city":"Oslo","days":2,"unit":"\u0043"}""", true)]
    [InlineData("""{"city":"Oslo","days":2,"unit":7.0}""", true)]
    [InlineData("""{"city":"Oslo","days":2,"unit":null}""", true)]
    [InlineData("""{"city":"Oslo","days":2,"unit":"c"}""", false)]
    [InlineData("""{"city":"Oslo","days":2,"unit":"C,"}""", false)]
    [InlineData("""{"city":"Oslo","days":2,"unit":77}""", false)]
    [InlineData("""{"city":"Oslo"}""", false)]
    [InlineData("""{"city":"Oslo","days":3}""", false)]
    [InlineData("""{"city":"Oslo","days":2,"days":2}""", false)]
    [InlineData("""{"city":"Oslo","days":2,"days":4}""", false)]
    [InlineData("""{"city":"Oslo","days":2,"other":1}""", false)]
    [InlineData("""{"city":"Oslo","days":2,}""", false)]
    [InlineData("""{"city":"Oslo","days":2}}""", false)]
    [InlineData("""{"city":"Oslo","days":2""", false)]
    [InlineData("""{"city":"","days":2}""", false)]
    [InlineData("""{"city":"Oslo","days":2,"wind":1e400}""", false)]
    [InlineData("{}", false)]
    [InlineData("", false)]
    public void An_instance_is_valid_as_the_full_evaluation_finds(string instance, bool valid)
    {
        var schema = SchemaTesting.Schema(Forecast);
        Assert.Equal(valid, schema.IsValid(Encoding.UTF8.GetBytes(instance)));
        Assert.Equal(valid, schema.Validate(Encoding.UTF8.GetBytes(instance)).Count == 0);
    }

    [Fact]
    public void Whatever_is_put_together_both_ways_agree()
    {
        var schema = SchemaTesting.Schema(Forecast);
        var loose = SchemaTesting.Schema("""{"properties":{"city":{},"days":{"type":"integer"}}}""");
        var random = new Random(20_261_121);
        int accepted = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] instance = Encoding.UTF8.GetBytes(Instance(random));
            accepted += Agree(schema, instance) ? 1 : 0;
            Agree(loose, instance);
        }

        Assert.InRange(accepted, 1000, 40_000);
    }

    [Fact]
    public void A_name_that_looks_like_two_properties_is_no_way_in()
    {
        var schema = SchemaTesting.Schema("""{"properties":{"a\":1,\"b":{"type":"integer"}},"additionalProperties":false}""");
        Assert.False(schema.IsValid("""{"a":1,"b":1}"""u8));
        Assert.True(schema.IsValid("""{"a\":1,\"b":1}"""u8));
    }

    [Fact]
    public void Where_steps_are_few_they_are_counted()
    {
        var schema = SchemaTesting.Schema(Forecast, new SchemaOptions { MaxSteps = 2 });
        Assert.False(schema.IsValid("""{"city":"Oslo","days":2}"""u8));
    }

    private static bool Agree(CompiledSchema schema, byte[] instance)
    {
        bool valid = schema.IsValid(instance);
        Assert.True(valid == (schema.Validate(instance).Count == 0), Encoding.UTF8.GetString(instance));
        return valid;
    }

    /// <summary>Mostly a well-formed object with members in any order, at times with one part too many or another in its place.</summary>
    private static string Instance(Random random)
    {
        string[] members = ["\"city\":\"Oslo\"", "\"days\":" + random.Next(-1, 20), "\"wind\":" + (random.Next(2) == 0 ? "null" : "7"), "\"dry\":true", "\"unit\":" + (random.Next(3) > 0 ? "\"C\"" : "\"K\"")];
        random.Shuffle(members);
        var text = new StringBuilder("{").AppendJoin(random.Next(2) == 0 ? "," : ", ", members.Take(random.Next(1, 6))).Append('}');
        for (int changes = random.Next(3); changes > 0; changes--)
        {
            int position = random.Next(text.Length);
            text.Remove(position, random.Next(0, Math.Min(3, text.Length - position))).Insert(position, Parts[random.Next(Parts.Length)]);
        }

        return text.ToString();
    }
}
