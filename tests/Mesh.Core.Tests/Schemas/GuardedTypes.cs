using System.Collections.Frozen;
using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Mesh.Tests.Schemas;

/// <summary>The types that the law of the guard is tried on.</summary>
internal static class GuardedTypes
{
    public sealed record Forecast(string City, int Days, string Sky);

    public sealed record Whole(sbyte A, byte B, short C, ushort D, int E, uint F, long G, ulong H, Int128 I, UInt128 J);

    public sealed record Fractions(double A, float B, Half C, decimal D);

    public sealed record Texts(string A, char B, Guid C, Uri D, Version E, bool F);

    public sealed record Times(DateTime A, DateTimeOffset B, DateOnly C, TimeOnly D, TimeSpan E);

    public sealed record Bytes(byte[] A, Memory<byte> B, ReadOnlyMemory<byte> C);

    public sealed record Maybe(int? A, string? B, Sky? C, double? D, DateTime? E, Forecast? F, (int, string?)? G);

    public sealed record Ranges(
        [Range(1, 5)] int A, [Range(-2.5, 2.5, MinimumIsExclusive = true)] int B, [Range(0.1, 1.5, MaximumIsExclusive = true)] double C,
        [Range(0.1, 1e300)] float D, [Range(typeof(decimal), "0.10", "1.5")] decimal E, [Range(-1e-30, 1e40, MinimumIsExclusive = true)] decimal F,
        [Range(0, 1)] Half G, [Range(1, double.PositiveInfinity)] ulong H, [Range(0, 2)] byte? I);

    public sealed record HalfRanges([Range(0.3, 1)] Half A, [Range(0.3, 1)] float B, [Range(typeof(decimal), "0.30000000000000001", "1")] double C);

    public sealed record Lengths([StringLength(4, MinimumLength = 1)] string A, [Required] string? B, [MaxLength(2)] string C);

    public sealed record Patterns([RegularExpression("[a-zé😀]*")] string A, [RegularExpression("(a|b)+c?|abc|Oslo")] string? B, [RegularExpression("[a-z]")] char C);

    public sealed record Mails([EmailAddress] string A);

    public sealed record Addresses([Url] string? A, [Url] Uri? B);

    public sealed record Odd([RegularExpression("0.*")] Guid? A, [MaxLength(25)] DateTimeOffset? B, [RegularExpression(".*Z")] DateTime? C);

    public sealed record Listed(
        [AllowedValues("a", "abc", "")] string A, [DeniedValues("a", "b")] string B, [AllowedValues(1, 2.0, "x")] int C, [DeniedValues(0, 1)] long? D,
        [AllowedValues(Sky.Rain, Sky.ClearSky)] Sky E, [DeniedValues(Sky.Rain)] Sky? F);

    public sealed record ListedNulls(
        [AllowedValues("a", null, "abc", "", "b", "Oslo")] string? A, [AllowedValues("a", "", "abc", "b", "Oslo")] string? B, [DeniedValues("a", null)] string? C);

    public sealed record ListedScalars([AllowedValues(true)] bool A, [AllowedValues(0.5, 1.0, 0)] double B, [AllowedValues('a', 'b')] char C);

    public sealed record Lists(
        List<int> A, string[] B, [Length(1, 2)] IReadOnlyList<string?>? C, ImmutableArray<bool> D, IEnumerable<Forecast> E, [MaxLength(3)] ImmutableList<Sky> F);

    public sealed record Sets(
        HashSet<string> A, HashSet<double?> B, HashSet<Uri> C, IReadOnlySet<Sky> D, FrozenSet<int> E, [MinLength(1)] ImmutableHashSet<Loose> F, SortedSet<string> G);

    public sealed record Maps(
        Dictionary<string, int> A, IReadOnlyDictionary<string, string?> B, Dictionary<Sky, bool> C, SortedDictionary<long, double> D,
        [MaxLength(2)] ImmutableDictionary<Guid, string> E, Dictionary<byte, List<string>>? F);

    public sealed record Tuples((string, int) A, (string?, Sky, (bool, double)) B, Tuple<int, string> C, (int, int, int, int, int, int, int, string, Sky) D);

    public sealed record Pair(KeyValuePair<string, int?> A, Point B, Point? C);

    public readonly record struct Point([property: Range(-1, 1)] double X, string Label);

    /// <summary>Equal by reference: two with the same JSON stand side by side in a set.</summary>
    public sealed class Loose
    {
        public int A { get; set; }
    }

    public class Open
    {
        public required string A { get; init; }

        [Range(0, 2)]
        public int Twice => B * 2;

        public int B { get; set; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? C { get; set; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        [Range(3, 9)]
        public int D { get; set; }

        [JsonIgnore]
        public string Hidden { get; set; } = null!;

        [JsonInclude]
        public string Field = "";
    }

    public sealed class Derived : Open
    {
        public double More { get; set; }
    }

    public sealed class Throwing
    {
        public bool A { get; set; }

        public int B => A ? 1 : throw new InvalidOperationException("Not now.");
    }

    public sealed class LeftOut
    {
        [JsonRequired]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? A { get; set; }
    }

    public sealed class Extended
    {
        public int A { get; set; }

        [JsonExtensionData]
        public Dictionary<string, object>? More { get; set; }
    }

    public sealed record Node(string Name, Node? Next);

    public sealed record Tree(ImmutableArray<Tree> Children, Sky Sky);

    public sealed record Bush(Dictionary<string, Bush>? Branches, (Bush?, int)? Pair, int[]? Leaves);

    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Square), 2)]
    [JsonDerivedType(typeof(Group), "group")]
    public abstract record Figure;

    public sealed record Circle([property: Range(0, 10)] double Radius) : Figure;

    public record Square(int Side) : Figure;

    public sealed record Tilted(int Side, int Angle) : Square(Side);

    public sealed record Group(Figure Left, Figure? Right) : Figure;

    [JsonDerivedType(typeof(Dog), "dog")]
    public record Animal(string Name);

    public sealed record Dog(string Name, Animal? Prey) : Animal(Name);

    public sealed record Cat(string Name) : Animal(Name);

    public enum Sky
    {
        ClearSky,
        Rain,
        [JsonStringEnumMemberName("SNOW!")]
        Snow,
        Hail = Snow,
        Far = 1000,
    }

    public enum Code : byte
    {
        None,
        Some = 7,
    }

    public sealed record Codes(
        [property: JsonConverter(typeof(JsonNumberEnumConverter<Code>))] Code A,
        [property: JsonConverter(typeof(JsonNumberEnumConverter<Code>)), AllowedValues(7)] Code B,
        [property: JsonConverter(typeof(JsonStringEnumConverter<Sky>))] Sky C);
}
