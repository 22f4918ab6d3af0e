using System.Text;
using System.Text.Json;

namespace Mesh.Tests.Schemas;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{"b":1,"a":[ true , null ]}""", """{"a":[true,null],"b":1}""")]
    [InlineData("""{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}""", "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\uFB33\":3}")]
    [InlineData("""["\u0041\/\u000f\n\"\\"]""", """["A/\u000f\n\"\\"]""")]
    public void Objects_are_sorted_and_strings_minimally_escaped(string json, string canonical) =>
        Assert.Equal(canonical, Write(json));

    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("1e2", "100")]
    [InlineData("-0", "0")]
    [InlineData("0.0e5", "0")]
    [InlineData("0.10", "0.1")]
    [InlineData("123.4500", "123.45")]
    [InlineData("1E21", "1e+21")]
    [InlineData("1.5e300", "1.5e+300")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("100000000000000000001", "100000000000000000001")]
    [InlineData("-12.5e-1", "-1.25")]
    public void Numbers_have_one_text(string json, string canonical) =>
        Assert.Equal(canonical, Write(json));

    [Fact]
    public void Descriptions_do_not_change_the_contract_but_the_definition()
    {
        JsonElement a = Parse("""{"type":"object","title":"A","properties":{"x":{"type":"string","description":"one"}}}""");
        JsonElement b = Parse("""{"properties":{"x":{"description":"two","type":"string"}},"type":"object"}""");
        Assert.Equal(ContractHash.OfContract(a), ContractHash.OfContract(b));
        Assert.NotEqual(ContractHash.Of(a), ContractHash.Of(b));
        Assert.Equal(64, ContractHash.Of(a).Length);
    }

    [Fact]
    public void A_property_named_description_is_part_of_the_contract()
    {
        const string Schema = """{"$defs":{"title":{"type":"null"}},"const":{"title":1},"items":[{"default":{"description":2}}],"properties":{"description":{"type":"string"}}}""";
        Assert.Equal(Schema, Encoding.UTF8.GetString(CanonicalJson.WriteSchema(Parse(Schema))));
    }

    private static string Write(string json) => Encoding.UTF8.GetString(CanonicalJson.Write(Parse(json)));

    private static JsonElement Parse(string json) => JsonElement.Parse(json);
}
