using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Tests.Schemas;

public sealed class TypeRefusalTests
{
    private delegate void ByRef(ref int value);

    private delegate void Ref(Span<int> value);

    [Fact]
    public void A_refusal_names_the_path_the_type_the_reason_and_the_remedy()
    {
        MeshError error = TypeSchemas.Refusal((Order order) => order);
        Assert.Equal("Type 'System.Action' at '/order/lines/*/callback' cannot be described: a delegate cannot cross as JSON.", error.Message);
        Assert.Equal("Use a record of plain data instead.", error.Remedy);
    }

    [Theory]
    [InlineData(nameof(Holder.Delegate), "a delegate")]
    [InlineData(nameof(Holder.Stream), "a stream")]
    [InlineData(nameof(Holder.Object), "'object' says nothing")]
    [InlineData(nameof(Holder.Objects), "'object' says nothing")]
    [InlineData(nameof(Holder.Type), "a reflection object")]
    [InlineData(nameof(Holder.Task), "a task")]
    [InlineData(nameof(Holder.ValueTask), "a task")]
    [InlineData(nameof(Holder.Token), "a cancellation token")]
    [InlineData(nameof(Holder.Native), "a native integer")]
    [InlineData(nameof(Holder.Keys), "keys of type 'System.Object'")]
    [InlineData(nameof(Holder.Grid), "several dimensions")]
    [InlineData(nameof(Holder.Later), "an asynchronous stream")]
    [InlineData(nameof(Holder.Culture), "a class of the framework")]
    [InlineData(nameof(Holder.Big), "a class of the framework")]
    [InlineData(nameof(Holder.Flags), "combined flags")]
    [InlineData(nameof(Holder.Custom), "only the converter")]
    [InlineData(nameof(Holder.Untold), "nothing in its JSON tells it from its siblings")]
    [InlineData(nameof(Holder.Bad), "is not JSON")]
    [InlineData(nameof(Holder.Number), "neither an object nor a boolean")]
    public void What_has_no_JSON_form_is_refused(string property, string reason)
    {
        Type type = typeof(Holder).GetProperty(property)!.PropertyType;
        MeshException e = Assert.Throws<MeshException>(() => new TypeShapeReader(TypeSchemas.Options).Read(type, new TypeUse("/x")));
        Assert.Equal(MeshErrorCode.InvalidDefinition, e.Code);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.Contains("'/x", e.Message, StringComparison.Ordinal);
        Assert.NotNull(e.Error.Remedy);
    }

    [Fact]
    public void What_cannot_leave_its_method_is_refused()
    {
        Assert.Contains("not by reference", TypeSchemas.Refusal((ByRef)((ref int _) => { })).Message, StringComparison.Ordinal);
        Assert.Contains("ref struct", TypeSchemas.Refusal((Ref)(_ => { })).Message, StringComparison.Ordinal);
        Assert.Contains("open generic", Assert.Throws<MeshException>(() => Read(typeof(List<>))).Message, StringComparison.Ordinal);
        Assert.Contains("pointer", Assert.Throws<MeshException>(() => Read(typeof(int).MakePointerType())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_a_schema_cannot_hold_are_refused()
    {
        Assert.Contains("[Range]", TypeSchemas.Refusal(([Range(1, 2)] string a) => a).Message, StringComparison.Ordinal);
        Assert.Contains("[Range]", TypeSchemas.Refusal(([Range(typeof(DateTime), "2020-01-01", "2021-01-01")] DateTime a) => a).Message, StringComparison.Ordinal);
        Assert.Contains("no value lies within", TypeSchemas.Refusal(([Range(300, 400)] byte a) => a).Message, StringComparison.Ordinal);
        Assert.Contains("[StringLength]", TypeSchemas.Refusal(([StringLength(3)] int a) => a).Message, StringComparison.Ordinal);
        Assert.Contains("[RegularExpression]", TypeSchemas.Refusal(([RegularExpression("a")] int a) => a).Message, StringComparison.Ordinal);
        Assert.Contains("[EmailAddress]", TypeSchemas.Refusal(([EmailAddress] int a) => a).Message, StringComparison.Ordinal);
        Assert.Contains("[CreditCard]", TypeSchemas.Refusal(([CreditCard] string a) => a).Message, StringComparison.Ordinal);
        Assert.Contains("[AllowedValues]", TypeSchemas.Refusal(([AllowedValues(typeof(int))] string a) => a).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_written_as_strings_are_refused() =>
        Assert.Contains("written as strings", TypeSchemas.Refusal((Quoted a) => a).Message, StringComparison.Ordinal);

    [Fact]
    public void An_interface_can_be_written_but_not_read()
    {
        Assert.Equal("""{"type":"object","properties":{"a":{"type":"boolean"}},"required":["a"]}""", TypeSchemas.Output<IReadable>());
        Assert.Contains("cannot make one from JSON", TypeSchemas.Refusal((IReadable a) => a).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_tuple_without_our_converter_is_refused()
    {
        JsonSerializerOptions plain = new() { TypeInfoResolver = TypeSchemas.Options.TypeInfoResolver };
        Assert.Contains("no converter for tuples", Assert.Throws<MeshException>(() => TypeSchemas.Input<(int, int)>(plain)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_a_context_does_not_know_is_refused()
    {
        MeshException e = Assert.Throws<MeshException>(() =>
            new TypeShapeReader(MeshJson.Prepare(GeneratedContext.Default.Options)).Read(typeof(Order), TypeUse.Root));
        Assert.Contains("no metadata", e.Message, StringComparison.Ordinal);
    }

    private static TypeShape Read(Type type) => new TypeShapeReader(TypeSchemas.Options).Read(type, TypeUse.Root);

    internal sealed record Line(Action Callback);

    internal sealed record Order(List<Line> Lines);

    [Flags]
    internal enum Sides
    {
        None = 0,
        Left = 1,
        Right = 2,
    }

    internal interface IReadable
    {
        bool A { get; }
    }

    internal sealed class Quoted
    {
        [JsonNumberHandling(JsonNumberHandling.WriteAsString)]
        public double A { get; set; }
    }

    [JsonConverter(typeof(SecretConverter))]
    internal sealed class Secret;

    internal sealed class SecretConverter : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new();

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteNullValue();
    }

    [JsonDerivedType(typeof(Child))]
    internal class Parent;

    internal sealed class Child : Parent;

    [JsonSchema("{")]
    internal sealed class NoJson;

    [JsonSchema("1")]
    internal sealed class NoSchema;

    internal sealed class Holder
    {
        public Func<int>? Delegate { get; set; }

        public MemoryStream? Stream { get; set; }

        public object? Object { get; set; }

        public List<object>? Objects { get; set; }

        public Type? Type { get; set; }

        public Task<int>? Task { get; set; }

        public ValueTask<int> ValueTask { get; set; }

        public CancellationToken Token { get; set; }

        public IntPtr Native { get; set; }

        public Dictionary<object, int>? Keys { get; set; }

        public int[,]? Grid { get; set; }

        public IAsyncEnumerable<int>? Later { get; set; }

        public System.Globalization.CultureInfo? Culture { get; set; }

        public System.Numerics.BigInteger Big { get; set; }

        public Sides Flags { get; set; }

        public Secret? Custom { get; set; }

        public Parent? Untold { get; set; }

        public NoJson? Bad { get; set; }

        public NoSchema? Number { get; set; }
    }
}
