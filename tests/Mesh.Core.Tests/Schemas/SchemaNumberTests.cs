using static Mesh.Core.Tests.Schemas.SchemaTesting;

namespace Mesh.Core.Tests.Schemas;

public sealed class SchemaNumberTests
{
    [Theory]
    [InlineData("""{"const":1}""", "1.0", true)]
    [InlineData("""{"const":100}""", "1e2", true)]
    [InlineData("""{"const":0}""", "-0.0", true)]
    [InlineData("""{"const":9007199254740993}""", "9007199254740992", false)]
    [InlineData("""{"enum":[0.1]}""", "0.10000000000000000000000000001", false)]
    [InlineData("""{"type":"integer"}""", "1e2", true)]
    [InlineData("""{"type":"integer"}""", "120e-1", true)]
    [InlineData("""{"type":"integer"}""", "1.5", false)]
    [InlineData("""{"multipleOf":0.01}""", "19.99", true)]
    [InlineData("""{"multipleOf":0.01}""", "19.999", false)]
    [InlineData("""{"multipleOf":0.01}""", "123456789012345678901234567890.12", true)]
    [InlineData("""{"multipleOf":0.123456789}""", "1e308", false)]
    [InlineData("""{"multipleOf":7}""", "7000000000000000000000000000000000000000000000", true)]
    [InlineData("""{"multipleOf":7}""", "7000000000000000000000000000000000000000000001", false)]
    [InlineData("""{"multipleOf":1234567890123456789012345}""", "2469135780246913578024690", true)]
    [InlineData("""{"multipleOf":1e400}""", "3e400", true)]
    [InlineData("""{"multipleOf":3}""", "-9", true)]
    [InlineData("""{"minimum":1.5}""", "1", false)]
    [InlineData("""{"minimum":1.5}""", "2", true)]
    [InlineData("""{"minimum":-1.5}""", "-1", true)]
    [InlineData("""{"minimum":-1.5}""", "-2", false)]
    [InlineData("""{"maximum":-1.5}""", "-1", false)]
    [InlineData("""{"maximum":0.5}""", "0", true)]
    [InlineData("""{"exclusiveMaximum":3}""", "3.0", false)]
    [InlineData("""{"exclusiveMinimum":0}""", "1e-400", true)]
    [InlineData("""{"maximum":1e400}""", "1e399", true)]
    [InlineData("""{"maximum":1e400}""", "1.0001e400", false)]
    [InlineData("""{"minimum":-1e400}""", "-5", true)]
    [InlineData("""{"uniqueItems":true}""", "[1,1.0]", false)]
    [InlineData("""{"uniqueItems":true}""", "[1,2,3,4,5,6,7,1e0]", false)]
    [InlineData("""{"uniqueItems":true}""", """[{"a":1,"b":2},{"b":2.0,"a":1}]""", false)]
    [InlineData("""{"uniqueItems":true}""", """[0,1,2,3,4,5,6,{"a":1,"b":[2]},{"b":[2.0],"\u0061":1}]""", false)]
    [InlineData("""{"uniqueItems":true}""", "[false,0,\"\",null,[],{},true,1]", true)]
    public void Numbers_are_the_decimals_that_they_are(string schema, string instance, bool valid) =>
        Assert.Equal(valid, Accepts(schema, instance));

    [Fact]
    public void Numbers_of_a_million_digits_are_handled_in_bounded_time()
    {
        string million = new('7', 1_000_000);
        Assert.True(Accepts($$"""{"maximum":8{{million[..500]}}e999999}""", million));
        Assert.True(Accepts("""{"multipleOf":7}""", million));
        Assert.True(Accepts($$"""{"const":{{million[..900_000]}}}""", million[..900_000]));
        Assert.False(Schema("{}").IsValidStrict(Json(million)));
    }

    [Fact]
    public void An_integer_fails_what_the_same_number_with_a_fraction_fails()
    {
        string[] limits = ["0", "-1", "2.5", "-2.5", "1e1", "1e30", "-1e30", "1.00000000000000000001", "-0.3", "999999999999999999", "7"];
        string[] divisors = ["3", "0.5", "1e1", "2.5", "1e25"];
        string[] integers = ["0", "1", "-1", "2", "3", "-3", "10", "999999999999999999", "-999999999999999999"];
        foreach (string limit in limits)
        {
            foreach (string divisor in divisors)
            {
                CompiledSchema schema = Schema($$"""{"minimum":{{limit}},"exclusiveMaximum":{{limit}},"maximum":5,"multipleOf":{{divisor}}}""");
                foreach (string integer in integers)
                {
                    Assert.Equal(Keywords(schema, integer + ".0"), Keywords(schema, integer));
                    Assert.Equal(schema.IsValid(Json(integer + ".0")), schema.IsValid(Json(integer)));
                }
            }
        }

        static string Keywords(CompiledSchema schema, string number) => string.Join(' ', schema.Validate(Json(number)).Select(violation => violation.Keyword));
    }

    [Theory]
    [InlineData("""{"maxLength":1}""", "\"\U0001F600\"")]
    [InlineData("""{"maxLength":1}""", "\"\\ud83d\\ude00\"")]
    [InlineData("""{"maxLength":3,"minLength":3}""", "\"\\n\u00e9\\u00e9\"")]
    public void Lengths_count_code_points(string schema, string instance) => Assert.True(Accepts(schema, instance));
}
