using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Tests.Schemas;

public sealed class MeshJsonTests
{
    private static readonly JsonSerializerOptions Options = TypeSchemas.Options;
    private static readonly JsonSerializerOptions SmallBuffer = new(Options) { DefaultBufferSize = 16 };

    [Theory]
    [InlineData("1.0", 1)]
    [InlineData("1e2", 100)]
    [InlineData("-1.50e1", -15)]
    [InlineData("2147483647.000", int.MaxValue)]
    [InlineData("-2147483648", int.MinValue)]
    [InlineData("-0.0", 0)]
    [InlineData("0e999999999999999999999", 0)]
    public void An_integral_decimal_binds_exactly(string json, int value) =>
        Assert.Equal(value, JsonSerializer.Deserialize<int>(json, Options));

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e-1")]
    [InlineData("2147483648")]
    [InlineData("-2147483649.0")]
    [InlineData("1e10")]
    [InlineData("1e999999999999999999999")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    public void A_fraction_or_an_overflow_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<int>(json, Options));

    [Fact]
    public void Every_integer_type_binds_and_writes_its_limits()
    {
        Check(sbyte.MinValue, sbyte.MaxValue);
        Check(byte.MinValue, byte.MaxValue);
        Check(short.MinValue, short.MaxValue);
        Check(ushort.MinValue, ushort.MaxValue);
        Check(int.MinValue, int.MaxValue);
        Check(uint.MinValue, uint.MaxValue);
        Check(long.MinValue, long.MaxValue);
        Check(ulong.MinValue, ulong.MaxValue);
        Check(Int128.MinValue, Int128.MaxValue);
        Check(UInt128.MinValue, UInt128.MaxValue);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<byte>("256", Options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ulong>("-1", Options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<UInt128>("-1", Options));

        static void Check<T>(T least, T most)
        {
            foreach (T value in new[] { least, most })
            {
                string text = value!.ToString()!;
                Assert.Equal(text, JsonSerializer.Serialize(value, Options));
                Assert.Equal(value, JsonSerializer.Deserialize<T>(text + ".0", Options));
            }
        }
    }

    [Fact]
    public void Integers_are_keys_of_dictionaries() =>
        Assert.Equal("""{"-7":1}""", JsonSerializer.Serialize(
            JsonSerializer.Deserialize<Dictionary<int, int>>("""{"-7":1.0}""", Options), Options));

    [Fact]
    public void Tuples_cross_as_arrays()
    {
        var value = (1, "b", (int?)null, 4, 5, 6, 7, 8, (9, 10));
        string json = JsonSerializer.Serialize(value, Options);
        Assert.Equal("""[1,"b",null,4,5,6,7,8,[9,10]]""", json);
        Assert.Equal(value, JsonSerializer.Deserialize<(int, string, int?, int, int, int, int, int, (int, int))>(json, Options));
        Assert.Equal(Tuple.Create(1, true), JsonSerializer.Deserialize<Tuple<int, bool>>("[1.0,true]", Options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<(int, int)>("[1]", Options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<(int, int)>("[1,2,3]", Options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<(int, int)>("{}", Options));
    }

    [Fact]
    public void Enums_are_read_by_name_alone()
    {
        Assert.Equal(DayOfWeek.Friday, JsonSerializer.Deserialize<DayOfWeek>("\"friday\"", Options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DayOfWeek>("5", Options));
    }

    [Fact]
    public void Annotations_and_constructors_are_respected()
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Point>("""{"x":1}""", Options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Point>("""{"x":1,"name":null}""", Options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Point>("""{"x":1,"x":1,"name":""}""", Options));
        Assert.Equal(new Point(1, "a"), JsonSerializer.Deserialize<Point>("""{"more":0,"x":1.0,"name":"a"}""", Options));
    }

    [Fact]
    public void A_generated_context_binds_integral_decimals_once_prepared()
    {
        JsonSerializerOptions prepared = MeshJson.Prepare(GeneratedContext.Default.Options);
        Assert.Equal(2, JsonSerializer.Deserialize<TypeObjectSchemaTests.Place>("""{"name":"a","note":null,"zoom":2.0}""", prepared)!.Zoom);
        Assert.Same(GeneratedContext.Default.Options.TypeInfoResolver, prepared.TypeInfoResolver);
    }

    [Fact]
    public void A_converter_of_the_user_goes_first()
    {
        JsonSerializerOptions own = new() { TypeInfoResolver = Options.TypeInfoResolver, Converters = { new Always7() } };
        Assert.Equal(7, JsonSerializer.Deserialize<int>("1", MeshJson.Prepare(own)));
    }

    [Fact]
    public void A_split_number_binds_too()
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes("[" + new string(' ', 40) + "12345.000" + new string('0', 60) + "]"));
        Assert.Equal([12345], JsonSerializer.Deserialize<int[]>(stream, SmallBuffer)!);
    }

    private sealed record Point(int X, string Name);

    private sealed class Always7 : JsonConverter<int>
    {
        public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => 7;

        public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(7);
    }
}
