using System.Text.Json.Serialization.Metadata;

namespace Mesh.Core.Tests.Services;

public sealed class OwnedJsonTests
{
    [Fact]
    public void Every_value_has_memory_of_its_own()
    {
        var first = OwnedJson.Write("first", MeshJsonContext.Default.String);
        string large = new('x', 100_000);
        Assert.Equal($"\"{large}\"", OwnedJson.Write(large, MeshJsonContext.Default.String).ToString());
        Assert.Equal("\"second\"", OwnedJson.Write("second", MeshJsonContext.Default.String).ToString());
        Assert.Equal("\"first\"", first.ToString());
    }

    [Fact]
    public void A_value_whose_code_writes_another_one_and_one_that_fails_leave_the_writer_as_it_was()
    {
        Assert.Equal("""{"text":"\u0022inner\u0022"}""", OwnedJson.Write(new Nested(false), TypeOf<Nested>()).ToString());
        Assert.Throws<InvalidOperationException>(() => OwnedJson.Write(new Nested(true), TypeOf<Nested>()));
        Assert.Throws<ArgumentException>(() => OwnedJson.Write(double.NaN, TypeOf<double>()));
        Assert.Equal("1.5", OwnedJson.Write(1.5, TypeOf<double>()).ToString());
    }

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)HostJson.Reflective.GetTypeInfo(typeof(T));

    private sealed class Nested(bool fails)
    {
        public string Text => fails ? throw new InvalidOperationException() : OwnedJson.Write("inner", MeshJsonContext.Default.String).ToString();
    }
}
