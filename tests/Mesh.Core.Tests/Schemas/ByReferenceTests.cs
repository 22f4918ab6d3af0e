using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mesh.Tests.Schemas;

public sealed class ByReferenceTests
{
    [Theory]
    [InlineData(typeof(Forecast))]
    [InlineData(typeof(Scalars))]
    [InlineData(typeof(Outer))]
    [InlineData(typeof(Spot))]
    [InlineData(typeof(Spot?))]
    [InlineData(typeof(Chain))]
    [InlineData(typeof(WithInit))]
    [InlineData(typeof(Figure))]
    [InlineData(typeof(Empty))]
    [InlineData(typeof(string))]
    [InlineData(typeof(int))]
    [InlineData(typeof(DayOfWeek))]
    [InlineData(typeof(ImmutableArray<Forecast>))]
    [InlineData(typeof(ImmutableList<ImmutableArray<string>>))]
    public void Sealed_types_that_nobody_can_change_pass(Type type) => Assert.Null(Reason(type));

    [Theory]
    [InlineData(typeof(Unsealed), "'Unsealed' is not sealed, so that a derived type might be changed or carry more than its JSON.")]
    [InlineData(typeof(Settable), "'Settable' has 'Name', which can be changed after construction.")]
    [InlineData(typeof(MutableStruct), "'MutableStruct' has 'X', which can be changed after construction.")]
    [InlineData(typeof(Counter), "'Counter' has '_count', which can be changed after construction.")]
    [InlineData(typeof(PublicField), "'PublicField' has 'name', which is no property that can be read.")]
    [InlineData(typeof(ReadOnlyField), "'ReadOnlyField' has '_hidden', which its JSON does not always carry.")]
    [InlineData(typeof(Secret), "'Secret' has 'Hidden', which its JSON does not always carry.")]
    [InlineData(typeof(LeftOut), "'LeftOut' has 'Name', which its JSON does not always carry.")]
    [InlineData(typeof(NotRead), "'NotRead' has 'At', which its JSON does not always carry.")]
    [InlineData(typeof(Holder<Settable>), "'Settable' has 'Name', which can be changed after construction.")]
    [InlineData(typeof(Holder<ImmutableArray<Settable>>), "'Settable' has 'Name', which can be changed after construction.")]
    [InlineData(typeof(Holder<int[]>), "'System.Int32[]' may be changed by whoever holds it, or carries more than its JSON: use ImmutableArray or ImmutableList.")]
    [InlineData(typeof(Holder<List<int>>), "'System.Collections.Generic.List<System.Int32>' may be changed")]
    [InlineData(typeof(Holder<IReadOnlyList<int>>), "'System.Collections.Generic.IReadOnlyList<System.Int32>' may be changed")]
    [InlineData(typeof(Holder<Dictionary<string, int>>), "'System.Collections.Generic.Dictionary<System.String, System.Int32>' may be changed")]
    [InlineData(typeof(Holder<ImmutableHashSet<int>>), "'System.Collections.Immutable.ImmutableHashSet<System.Int32>' may be changed")]
    [InlineData(typeof(Holder<byte[]>), "'System.Byte[]' is not known to be immutable.")]
    [InlineData(typeof(Holder<Uri>), "'System.Uri' is not known to be immutable.")]
    [InlineData(typeof(Holder<JsonElement>), "'System.Text.Json.JsonElement' is not known to be immutable.")]
    [InlineData(typeof(Holder<(int, string)>), "'System.ValueTuple<System.Int32, System.String>' is not known to be immutable.")]
    [InlineData(typeof(Converted), "Only a converter knows the JSON of 'System.Int32'.")]
    [InlineData(typeof(Extended), "'Extended' keeps unknown properties in a collection that can be changed.")]
    [InlineData(typeof(OpenFigure), "'OpenFigure' is the base of others and not abstract.")]
    [InlineData(typeof(LooseFigure), "'LooseCircle' is not sealed")]
    [InlineData(typeof(Callback), "'Callback' runs code of its own when it is read or written as JSON.")]
    public void Others_cross_as_JSON_for_a_reason(Type type, string reason) =>
        Assert.StartsWith(reason, Reason(type)?.Replace("Mesh.Tests.Schemas.ByReferenceTests.", "", StringComparison.Ordinal), StringComparison.Ordinal);

    [Fact]
    public void Options_that_leave_things_out_let_nothing_pass()
    {
        JsonSerializerOptions options = new(TypeSchemas.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
        JsonTypeInfo info = options.GetTypeInfo(typeof(int));
        Assert.False(ByReference.IsAllowed(info, TypeShapeReader.Read(info), out string? reason));
        Assert.NotNull(reason);
    }

    private static string? Reason(Type type)
    {
        JsonTypeInfo info = TypeSchemas.Options.GetTypeInfo(type);
        bool allowed = ByReference.IsAllowed(info, TypeShapeReader.Read(info), out string? reason);
        Assert.Equal(allowed, reason is null);
        return reason;
    }

    private sealed record Forecast(string City, [Range(1, 9)] int Days, string? Sky = null);

    private sealed record Scalars(bool A, decimal B, Guid C, DateTime D, DateTimeOffset E, TimeSpan F, DayOfWeek G, Version H, char I, int? J, double K);

    private sealed record Outer(Forecast One, ImmutableArray<Forecast>? Many, Spot Spot, int Twice)
    {
        public int Computed => Twice * 2;
    }

    private readonly record struct Spot(double X, double Y);

    private sealed record Chain(string Name, Chain? Next, ImmutableList<Chain> More);

    private sealed class WithInit
    {
        public required string Name { get; init; }

        public int Zoom { get; init; } = 3;
    }

    private sealed record Empty;

    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Group), "group")]
    private abstract record Figure(string Name);

    private sealed record Circle(string Name, double Radius) : Figure(Name);

    private sealed record Group(string Name, ImmutableArray<Figure> Parts) : Figure(Name);

    public record Unsealed(string Name);

    private sealed class Settable
    {
        public string Name { get; set; } = "";
    }

    private record struct MutableStruct(double X);

    private sealed class Counter
    {
        private int _count;

        public int Count => _count;

        public void Add() => _count++;
    }

    private sealed class PublicField
    {
        [JsonInclude]
        public string Name = "";
    }

    private sealed class ReadOnlyField(string name)
    {
        private readonly string _hidden = name;

        public string Name => _hidden;
    }

    private sealed record Secret(string Name)
    {
        [JsonIgnore]
        public string? Hidden { get; init; }
    }

    private sealed record LeftOut
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public string? Name { get; init; }
    }

    private sealed record NotRead(string Name)
    {
        public int At { get; } = Environment.ProcessId;
    }

    private sealed record Holder<T>(T Value);

    private sealed record Converted([property: JsonConverter(typeof(TypeObjectSchemaTests.HexConverter))] int Hex);

    private sealed record Extended(string Name)
    {
        [JsonExtensionData]
        public Dictionary<string, JsonElement>? More { get; init; }
    }

    [JsonDerivedType(typeof(OpenCircle), "circle")]
    private record OpenFigure(string Name);

    private sealed record OpenCircle(string Name) : OpenFigure(Name);

    [JsonDerivedType(typeof(LooseCircle), "circle")]
    public abstract record LooseFigure;

    public record LooseCircle(int Radius) : LooseFigure;

    private sealed record Callback(string Name) : IJsonOnDeserialized
    {
        public void OnDeserialized()
        {
        }
    }
}
