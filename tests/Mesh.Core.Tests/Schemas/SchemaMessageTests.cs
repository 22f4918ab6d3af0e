using static Mesh.Core.Tests.Schemas.SchemaTesting;

namespace Mesh.Core.Tests.Schemas;

public sealed class SchemaMessageTests
{
    private const string Forecast = """
        {
          "type": "object",
          "properties": {
            "city": { "type": "string", "minLength": 1, "maxLength": 5 },
            "days": { "type": "integer", "minimum": 1, "maximum": 14 },
            "unit": { "enum": ["celsius", "fahrenheit"] }
          },
          "required": ["city", "days"],
          "additionalProperties": false
        }
        """;

    [Theory]
    [InlineData("""{"city":"Oslo","days":0}""", "/days minimum: must be >= 1 (got 0)")]
    [InlineData("""{"city":"Oslo"}""", "/days required: is required")]
    [InlineData("""{"city":7,"days":1}""", "/city type: must be a string (got number)")]
    [InlineData("""{"city":"","days":1}""", "/city minLength: must be at least 1 character long (got 0)")]
    [InlineData("""{"city":"London","days":1}""", "/city maxLength: must be at most 5 characters long (got 6)")]
    [InlineData("""{"city":"Oslo","days":1,"sky":1}""", "/sky additionalProperties: is not allowed here")]
    [InlineData("""{"city":"Oslo","days":1,"unit":"kelvin"}""", "/unit enum: must be one of \"celsius\", \"fahrenheit\" (got \"kelvin\")")]
    [InlineData("[]", " type: must be an object (got array)")]
    public void A_failure_says_where_and_what(string instance, string expected) =>
        Assert.Equal([expected], Schema(Forecast).Failures(instance));

    [Fact]
    public void Every_failure_is_reported_in_one_go() =>
        Assert.Equal(
            ["/city minLength: must be at least 1 character long (got 0)", "/days maximum: must be <= 14 (got 99)", "/x additionalProperties: is not allowed here"],
            Schema(Forecast).Failures("""{"city":"","days":99,"x":true}"""));

    [Fact]
    public void The_value_is_left_out_on_request()
    {
        string[] failures = Schema(Forecast).Failures("""{"city":"secret town","days":99,"unit":"secret unit"}""", includeValues: false);
        Assert.Equal(3, failures.Length);
        Assert.DoesNotContain(failures, failure => failure.Contains("got", StringComparison.Ordinal) || failure.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void A_long_value_is_shortened()
    {
        string instance = "\"" + new string('x', 100_000) + "\"";
        string failure = Assert.Single(Schema("""{"const":"a"}""").Failures(instance));
        Assert.InRange(failure.Length, 60, 120);
        Assert.EndsWith("…\")", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_are_JSON_pointers_also_with_awkward_names()
    {
        SchemaViolation violation = Assert.Single(Schema("""{"properties":{"a/b~":{"items":{"type":"null"}}}}""")
            .Validate(Json("""{"a\u002fb~":[null,1]}""")));
        Assert.Equal("/a~1b~0/1", violation.InstancePath);
        Assert.Equal("/properties/a~1b~0/items/type", violation.SchemaPath);
    }

    [Theory]
    [InlineData("""{"\u007e":1}""", "/~0 additionalProperties: is not allowed here")]
    [InlineData("""{"\u002f\u00e9":1}""", "/~1é additionalProperties: is not allowed here")]
    [InlineData("""{"é/":1}""", "/é~1 additionalProperties: is not allowed here")]
    public void Names_are_unescaped_and_then_escaped_as_pointers_are(string instance, string expected) =>
        Assert.Equal([expected], Schema("""{"additionalProperties":false}""").Failures(instance));

    [Theory]
    [InlineData("\"é\\u00e9\\n\"", "(got \"éé\n\")")]
    [InlineData("\"é\"", "(got \"é\")")]
    [InlineData("[1, 2]", "(got [1, 2])")]
    public void Values_are_shown_as_they_read(string instance, string shown) =>
        Assert.EndsWith(shown, Assert.Single(Schema("""{"const":1}""").Failures(instance)), StringComparison.Ordinal);

    [Fact]
    public void Paths_and_messages_may_be_of_any_length()
    {
        string name = new('n', 2_000);
        string deep = string.Concat(Enumerable.Repeat($$"""{"{{name[..300]}}":""", 5)) + "1" + new string('}', 5);
        CompiledSchema recursive = Schema("""{"type":"object","additionalProperties":{"$ref":"#"}}""");
        Assert.Equal(string.Concat(Enumerable.Repeat("/" + name[..300], 5)), Assert.Single(recursive.Validate(Json(deep))).InstancePath);
        Assert.Equal("/" + name, Assert.Single(recursive.Validate(Json($$"""{"{{name}}":1}"""))).InstancePath);
        Assert.Equal("/é" + name, Assert.Single(recursive.Validate(Json($$"""{"é{{name}}":1}"""))).InstancePath);
        Assert.Equal("/" + name, Assert.Single(Schema($$"""{"required":["{{name}}"]}""").Validate(Json("{}"))).InstancePath);
    }

    [Fact]
    public void The_number_of_failures_is_bounded()
    {
        CompiledSchema schema = Schema("""{"items":false,"unevaluatedItems":false}""", new SchemaOptions { MaxViolations = 3 });
        Assert.Equal(3, schema.Validate(Json("[1,2,3,4,5]")).Count);
    }

    [Fact]
    public void A_conditional_requirement_names_the_missing_property_and_its_reason()
    {
        Assert.Equal(
            [" dependentRequired: must have the property 'address' because it has 'age'"],
            Schema("""{"dependentRequired":{"age":["address"]}}""").Failures("""{"age":1}"""));
    }

    [Fact]
    public void Of_alternatives_the_closest_is_explained()
    {
        const string Payment = """
            {"properties":{"pay":{"oneOf":[
              {"properties":{"kind":{"const":"card"},"last4":{"type":"string"}},"required":["kind","last4"]},
              {"properties":{"kind":{"const":"invoice"},"terms":{"multipleOf":15}},"required":["kind"]}]}}}
            """;
        Assert.Equal(
            ["/pay oneOf: must fit exactly one of the alternatives, and fits none; the closest is number 2: /pay/terms must be a multiple of 15 (got 31)"],
            Schema(Payment).Failures("""{"pay":{"kind":"invoice","terms":31}}"""));
        Assert.Equal(
            ["/pay oneOf: must fit exactly one of the alternatives, and fits none; the closest is number 2: /pay/terms must be a multiple of 15"],
            Schema(Payment).Failures("""{"pay":{"kind":"invoice","terms":31}}""", includeValues: false));
    }

    [Fact]
    public void The_figures_fail_where_a_reader_expects()
    {
        string folder = SharedFolder.Find("figures");
        string Read(string name) => File.ReadAllText(Path.Combine(folder, name));
        Assert.Equal(["/city", "/days", "/unit", "/extra"], Paths("small"));
        Assert.Equal(
            ["/id", "/tags", "/customer/name", "/customer", "/lines/0/sku", "/lines/0/quantity", "/lines/0/price", "/payment", "/x-source", "/unknown", "/shipTo"],
            Paths("medium"));

        IEnumerable<string> Paths(string name)
        {
            CompiledSchema schema = Schema(Read(name + ".schema.json"));
            Assert.True(schema.IsValid(Json(Read(name + ".valid.json"))));
            return schema.Validate(Json(Read(name + ".invalid.json"))).Select(violation => violation.InstancePath);
        }
    }
}
