using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Tests.Schemas;

public sealed class TypeObjectSchemaTests
{
    [Fact]
    public void A_record_requires_the_parameters_without_default() =>
        Assert.Equal(
            """{"type":"object","description":"A place.","properties":{"name":{"type":"string","minLength":1},"note":{"type":["string","null"],"description":"Free text"},"zoom":{"type":"integer","minimum":1,"maximum":9,"default":3}},"required":["name","note"],"additionalProperties":false}""",
            TypeSchemas.Input<Place>());

    [Fact]
    public void An_output_has_every_property_and_room_for_more() =>
        Assert.Equal(
            """{"type":"object","description":"A place.","properties":{"name":{"type":"string","minLength":1},"note":{"type":["string","null"],"description":"Free text"},"zoom":{"type":"integer","minimum":1,"maximum":9}},"required":["name","note","zoom"]}""",
            TypeSchemas.Output<Place>());

    [Fact]
    public void Attributes_of_the_serializer_are_followed()
    {
        Assert.Equal(
            """{"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":"boolean"},"c":{"type":"boolean"},"D!":{"type":"boolean"},"maybe":{"type":["string","null"]},"twice":{"type":"boolean","readOnly":true}},"required":["b","c"],"additionalProperties":false}""",
            TypeSchemas.Input<Mixed>());
        Assert.Equal(
            """{"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":"boolean"},"c":{"type":"boolean"},"D!":{"type":"boolean"},"maybe":{"type":["string","null"]},"twice":{"type":"boolean"}},"required":["a","b","c","D!","twice"]}""",
            TypeSchemas.Output<Mixed>());
    }

    [Fact]
    public void A_source_generated_context_gives_the_same_schema()
    {
        JsonSerializerOptions generated = MeshJson.Prepare(GeneratedContext.Default.Options);
        Assert.Equal(TypeSchemas.Input<Place>(), TypeSchemas.Input<Place>(generated));
        Assert.Equal(TypeSchemas.Input<Mixed>(), TypeSchemas.Input<Mixed>(generated));
    }

    [Fact]
    public void Extension_data_lets_unknown_properties_in() =>
        Assert.Equal("""{"type":"object","properties":{"a":{"type":"boolean"}}}""", TypeSchemas.Input<Extended>());

    [Fact]
    public void Nested_objects_are_closed_too() =>
        Assert.Equal(
            """{"type":"object","properties":{"lines":{"type":"array","items":{"type":"object","properties":{"on":{"type":"boolean"}},"required":["on"],"additionalProperties":false}},"first":{"type":["object","null"],"properties":{"on":{"type":"boolean"}},"required":["on"],"additionalProperties":false}},"required":["lines","first"],"additionalProperties":false}""",
            TypeSchemas.Input<Order>());

    [Fact]
    public void A_recursive_root_refers_to_itself() =>
        Assert.Equal(
            """{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}},"parent":{"description":"Above","anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["children","parent"],"additionalProperties":false}""",
            TypeSchemas.Input<Node>());

    [Fact]
    public void A_recursive_type_inside_is_defined_once() =>
        Assert.Equal(
            """{"type":"object","properties":{"a":{"$ref":"#/$defs/Node"},"b":{"$ref":"#/$defs/Node"}},"required":["a","b"],"additionalProperties":false,"$defs":{"Node":{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#/$defs/Node"}},"parent":{"description":"Above","anyOf":[{"$ref":"#/$defs/Node"},{"type":"null"}]}},"required":["children","parent"],"additionalProperties":false}}}""",
            TypeSchemas.Parameters((Node a, Node b) => a.ToString() + b));

    [Fact]
    public void Types_that_contain_each_other_are_defined_once() =>
        Assert.Equal(
            """{"type":"object","properties":{"other":{"type":["object","null"],"properties":{"back":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["back"],"additionalProperties":false}},"required":["other"],"additionalProperties":false}""",
            TypeSchemas.Input<Ping>());

    [Fact]
    public void A_list_of_itself_is_an_array_of_itself() =>
        Assert.Equal("""{"type":"array","items":{"$ref":"#"}}""", TypeSchemas.Input<Nest>());

    [Fact]
    public void A_union_is_one_of_its_cases() =>
        Assert.Equal(
            """{"type":"object","oneOf":[{"type":"object","description":"Round","properties":{"kind":{"const":"circle"},"radius":{"type":"number"}},"required":["kind","radius"],"additionalProperties":false},{"type":"object","properties":{"kind":{"const":2},"side":{"type":"number"}},"required":["kind","side"],"additionalProperties":false}]}""",
            TypeSchemas.Input<Figure>());

    [Fact]
    public void A_union_with_a_concrete_base_has_a_case_without_discriminator()
    {
        Assert.Equal(
            """{"type":"object","oneOf":[{"type":"object","properties":{"$type":{"const":"dog"},"name":{"type":"string"}},"required":["$type","name"]},{"type":"object","properties":{"$type":false,"name":{"type":"string"}},"required":["name"]}]}""",
            TypeSchemas.Output<Animal>());
        Assert.Contains("""{"type":["object","null"],"oneOf":[""", TypeSchemas.Parameters((Animal? a) => a), StringComparison.Ordinal);
    }

    [Fact]
    public void A_union_may_contain_itself() =>
        Assert.Equal(
            """{"type":"object","oneOf":[{"type":"object","properties":{"$type":{"const":"not"},"inner":{"$ref":"#"}},"required":["$type","inner"],"additionalProperties":false},{"type":"object","properties":{"$type":{"const":"yes"}},"required":["$type"],"additionalProperties":false}]}""",
            TypeSchemas.Input<Term>());

    [Fact]
    public void Tuples_are_arrays_of_fixed_length()
    {
        Assert.Equal("""{"type":"array","prefixItems":[{"type":"string"},{"type":"boolean"}],"minItems":2,"maxItems":2}""", TypeSchemas.Input<(string, bool)>());
        Assert.Equal("""{"type":"array","prefixItems":[{"type":["string","null"]},{"type":"string"}],"minItems":2,"maxItems":2}""", TypeSchemas.Parameter(((string?, string) t) => t));
        Assert.Equal("""{"type":["array","null"],"prefixItems":[{"type":["string","null"]},{"type":"string"}],"minItems":2,"maxItems":2}""", TypeSchemas.Parameter(((string?, string)? t) => t));
        Assert.Equal("""{"type":"array","prefixItems":[{"type":"boolean"}],"minItems":1,"maxItems":1}""", TypeSchemas.Input<Tuple<bool>>());
        Assert.Contains("\"minItems\":9", TypeSchemas.Input<(int, int, int, int, int, int, int, int, int)>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Collections_say_what_they_hold()
    {
        Assert.Equal("""{"type":"array","items":{"type":"boolean"}}""", TypeSchemas.Input<IReadOnlyList<bool>>());
        Assert.Equal("""{"type":"array","items":{"type":"boolean"},"uniqueItems":true}""", TypeSchemas.Input<HashSet<bool>>());
        Assert.Equal("""{"type":"array","items":{"type":"boolean"},"uniqueItems":true}""", TypeSchemas.Input<IReadOnlySet<bool>>());
        Assert.Equal("""{"type":"object","additionalProperties":{"type":"boolean"}}""", TypeSchemas.Input<IReadOnlyDictionary<string, bool>>());
        Assert.Equal("""{"type":"object","propertyNames":{"type":"string","enum":["a","b"]},"additionalProperties":{"type":"boolean"}}""", TypeSchemas.Input<Dictionary<Key, bool>>());
        Assert.Equal("""{"type":"object","propertyNames":{"type":"string","pattern":"^(0|[1-9][0-9]{0,2})$"},"additionalProperties":{"type":"boolean"}}""", TypeSchemas.Input<Dictionary<byte, bool>>());
        Assert.Equal("""{"type":"object","propertyNames":{"type":"string","format":"uuid"},"additionalProperties":{"type":"boolean"}}""", TypeSchemas.Input<Dictionary<Guid, bool>>());
    }

    [Fact]
    public void A_converter_on_a_property_counts() =>
        Assert.Equal("""{"type":"object","properties":{"key":{"type":"string","enum":["A","B"]},"hex":{"type":"string","pattern":"^[0-9a-f]+$"}},"additionalProperties":false}""", TypeSchemas.Input<Converted>());

    [Fact]
    public void Deep_types_have_deep_schemas() =>
        Assert.StartsWith("{\"type\":\"object\"", TypeSchemas.Input<Wrap<Wrap<Wrap<Wrap<Wrap<Wrap<Wrap<Wrap<Wrap<Wrap<Wrap<Wrap<int>>>>>>>>>>>>>(), StringComparison.Ordinal);

    internal sealed record Wrap<T>(Dictionary<string, T[]> In);

    internal enum Key
    {
        A,
        B,
    }

    [Description("A place.")]
    internal sealed record Place([MinLength(1)] string Name, [Description("Free text")] string? Note, [Range(1, 9)] int Zoom = 3);

    internal sealed class Mixed
    {
        public bool A { get; init; }

        public required bool B { get; init; }

        [JsonRequired]
        public bool C { get; set; }

        [JsonPropertyName("D!")]
        public bool D { get; set; }

        [JsonIgnore]
        public bool E { get; set; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Maybe { get; set; }

        public bool Twice => A && B;
    }

    internal sealed class Extended
    {
        public bool A { get; set; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? More { get; set; }
    }

    internal sealed record Line(bool On);

    internal sealed record Order(List<Line> Lines, Line? First);

    internal sealed record Node(List<Node> Children, [Description("Above")] Node? Parent);

    internal sealed record Ping(Pong? Other);

    internal sealed record Pong(Ping? Back);

    internal sealed class Nest : List<Nest>;

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Square), 2)]
    internal abstract record Figure;

    [Description("Round")]
    internal sealed record Circle(double Radius) : Figure;

    internal sealed record Square(double Side) : Figure;

    [JsonDerivedType(typeof(Dog), "dog")]
    internal record Animal(string Name);

    internal sealed record Dog(string Name) : Animal(Name);

    [JsonDerivedType(typeof(Not), "not")]
    [JsonDerivedType(typeof(Yes), "yes")]
    internal abstract record Term;

    internal sealed record Not(Term Inner) : Term;

    internal sealed record Yes : Term;

    internal sealed class Converted
    {
        [JsonConverter(typeof(JsonStringEnumConverter<Key>))]
        public Key Key { get; set; }

        [JsonConverter(typeof(HexConverter))]
        public int Hex { get; set; }
    }

    [JsonSchema("""{"type":"string","pattern":"^[0-9a-f]+$"}""")]
    internal sealed class HexConverter : JsonConverter<int>
    {
        public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Convert.ToInt32(reader.GetString(), 16);

        public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString("x", null));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TypeObjectSchemaTests.Place))]
[JsonSerializable(typeof(TypeObjectSchemaTests.Mixed))]
internal sealed partial class GeneratedContext : JsonSerializerContext;
