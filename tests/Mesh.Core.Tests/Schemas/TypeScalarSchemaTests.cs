using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Tests.Schemas;

public sealed class TypeScalarSchemaTests
{
    private enum Sky
    {
        ClearSky,
        Rain,
        [System.Text.Json.Serialization.JsonStringEnumMemberName("SNOW!")]
        Snow,
    }

    [Fact]
    public void Integers_carry_the_range_of_their_CLR_type()
    {
        Assert.Equal("""{"type":"integer","minimum":-128,"maximum":127}""", TypeSchemas.Input<sbyte>());
        Assert.Equal("""{"type":"integer","minimum":0,"maximum":255}""", TypeSchemas.Input<byte>());
        Assert.Equal("""{"type":"integer","minimum":-32768,"maximum":32767}""", TypeSchemas.Input<short>());
        Assert.Equal("""{"type":"integer","minimum":0,"maximum":65535}""", TypeSchemas.Input<ushort>());
        Assert.Equal("""{"type":"integer","minimum":-2147483648,"maximum":2147483647}""", TypeSchemas.Input<int>());
        Assert.Equal("""{"type":"integer","minimum":0,"maximum":4294967295}""", TypeSchemas.Input<uint>());
        Assert.Equal("""{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}""", TypeSchemas.Input<long>());
        Assert.Equal("""{"type":"integer","minimum":0,"maximum":18446744073709551615}""", TypeSchemas.Input<ulong>());
        Assert.Contains("170141183460469231731687303715884105727", TypeSchemas.Input<Int128>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_numbers()
    {
        Assert.Equal("""{"type":"number"}""", TypeSchemas.Input<double>());
        Assert.Equal("""{"type":"number"}""", TypeSchemas.Input<decimal>());
        Assert.Equal("""{"type":"number","minimum":-3.4028235E+38,"maximum":3.4028235E+38}""", TypeSchemas.Input<float>());
        Assert.Equal("""{"type":"number","minimum":-65504,"maximum":65504}""", TypeSchemas.Input<Half>());
    }

    [Fact]
    public void Types_that_are_written_as_strings_say_which()
    {
        Assert.Equal("""{"type":"boolean"}""", TypeSchemas.Input<bool>());
        Assert.Equal("""{"type":"string"}""", TypeSchemas.Input<string>());
        Assert.Equal("""{"type":"string","minLength":1,"maxLength":1}""", TypeSchemas.Input<char>());
        Assert.Equal("""{"type":"string","format":"uuid"}""", TypeSchemas.Input<Guid>());
        Assert.Equal("""{"type":"string","format":"date-time"}""", TypeSchemas.Input<DateTimeOffset>());
        Assert.Equal("""{"type":"string","format":"date-time"}""", TypeSchemas.Input<DateTime>());
        Assert.Equal("""{"type":"string","format":"date"}""", TypeSchemas.Input<DateOnly>());
        Assert.Equal("""{"type":"string","format":"uri-reference"}""", TypeSchemas.Input<Uri>());
        Assert.Equal("""{"type":"string","contentEncoding":"base64"}""", TypeSchemas.Input<byte[]>());
        Assert.Equal("""{"type":"string","contentEncoding":"base64"}""", TypeSchemas.Input<ReadOnlyMemory<byte>>());
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("-1.23:59:59.9999999")]
    [InlineData("10675199.02:48:05.4775807")]
    public void The_pattern_of_a_time_span_covers_what_the_serializer_writes(string text)
    {
        TimeSpan span = TimeSpan.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        string pattern = JsonDocument.Parse(TypeSchemas.Input<TimeSpan>()).RootElement.GetProperty("pattern").GetString()!;
        Assert.Matches(pattern, JsonSerializer.SerializeToElement(span).GetString()!);
    }

    [Fact]
    public void The_pattern_of_a_time_and_of_a_version_covers_what_the_serializer_writes()
    {
        string time = JsonDocument.Parse(TypeSchemas.Input<TimeOnly>()).RootElement.GetProperty("pattern").GetString()!;
        Assert.Matches(time, JsonSerializer.SerializeToElement(TimeOnly.MaxValue).GetString()!);
        Assert.DoesNotMatch(time, "24:00:00");
        string version = JsonDocument.Parse(TypeSchemas.Input<Version>()).RootElement.GetProperty("pattern").GetString()!;
        Assert.Matches(version, JsonSerializer.SerializeToElement(new Version(1, 2, 3, 4)).GetString()!);
    }

    [Fact]
    public void Enums_are_their_names_in_camelCase()
    {
        Assert.Equal("""{"type":"string","enum":["clearSky","rain","SNOW!"]}""", TypeSchemas.Input<Sky>());
        Assert.Equal("""{"type":["string","null"],"enum":["clearSky","rain","SNOW!",null]}""", TypeSchemas.Input<Sky?>());
    }

    [Fact]
    public void Enums_without_a_string_converter_are_their_numbers()
    {
        JsonSerializerOptions plain = new() { TypeInfoResolver = TypeSchemas.Options.TypeInfoResolver };
        Assert.Equal("""{"type":"integer","enum":[0,1,2]}""", TypeSchemas.Input<Sky>(plain));
    }

    [Fact]
    public void Json_types_are_any_json_of_their_kind()
    {
        Assert.Equal("{}", TypeSchemas.Input<JsonElement>());
        Assert.Equal("{}", TypeSchemas.Input<JsonNode>());
        Assert.Equal("""{"type":"object"}""", TypeSchemas.Input<JsonObject>());
        Assert.Equal("""{"type":"array"}""", TypeSchemas.Input<JsonArray>());
    }

    [Fact]
    public void A_nullable_value_may_be_null() =>
        Assert.Equal("""{"type":["integer","null"],"minimum":0,"maximum":255}""", TypeSchemas.Input<byte?>());
}
