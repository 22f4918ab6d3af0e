using System.Collections.Frozen;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh;

/// <summary>The shapes of the types that the serializer writes as one JSON value.</summary>
internal static class TypeScalars
{
    private const string TimeOfDay = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,7})?";

    private static readonly FrozenDictionary<Type, TypeShape> Shapes = new Dictionary<Type, TypeShape>
    {
        [typeof(bool)] = new BooleanShape(),
        [typeof(sbyte)] = Integer<sbyte>(),
        [typeof(byte)] = Integer<byte>(),
        [typeof(short)] = Integer<short>(),
        [typeof(ushort)] = Integer<ushort>(),
        [typeof(int)] = Integer<int>(),
        [typeof(uint)] = Integer<uint>(),
        [typeof(long)] = Integer<long>(),
        [typeof(ulong)] = Integer<ulong>(),
        [typeof(Int128)] = Integer<Int128>(),
        [typeof(UInt128)] = Integer<UInt128>(),
        [typeof(Half)] = Number<Half>("65504"),
        // Without the range a number that is finite as a double would be read as a float's infinity.
        [typeof(float)] = Number<float>("3.4028235E+38"),
        [typeof(double)] = new NumberShape(typeof(double)),
        [typeof(decimal)] = new NumberShape(typeof(decimal)),
        [typeof(string)] = new StringShape(typeof(string)),
        [typeof(char)] = new StringShape(typeof(char)) { MinLength = 1, MaxLength = 1 },
        [typeof(Guid)] = new StringShape(typeof(Guid)) { Format = "uuid" },
        [typeof(DateTime)] = new StringShape(typeof(DateTime)) { Format = "date-time" },
        [typeof(DateTimeOffset)] = new StringShape(typeof(DateTimeOffset)) { Format = "date-time" },
        [typeof(DateOnly)] = new StringShape(typeof(DateOnly)) { Format = "date" },
        // Not the format "time": that one is RFC 3339's full-time, which demands an offset that TimeOnly does not have.
        [typeof(TimeOnly)] = new StringShape(typeof(TimeOnly)) { Pattern = $"^{TimeOfDay}$" },
        [typeof(TimeSpan)] = new StringShape(typeof(TimeSpan)) { Pattern = $"^-?([0-9]{{1,8}}\\.)?{TimeOfDay}$" },
        [typeof(Uri)] = new StringShape(typeof(Uri)) { Format = "uri-reference" },
        [typeof(Version)] = new StringShape(typeof(Version)) { Pattern = "^[0-9]+(\\.[0-9]+){1,3}$" },
        [typeof(byte[])] = new BytesShape(typeof(byte[])),
        [typeof(Memory<byte>)] = new BytesShape(typeof(Memory<byte>)),
        [typeof(ReadOnlyMemory<byte>)] = new BytesShape(typeof(ReadOnlyMemory<byte>)),
        [typeof(JsonElement)] = new AnyShape(),
        [typeof(JsonDocument)] = new AnyShape(),
        [typeof(JsonNode)] = new AnyShape(),
        [typeof(JsonValue)] = new AnyShape(),
        [typeof(JsonObject)] = new AnyObjectShape(),
        [typeof(JsonArray)] = new ArrayShape(new AnyShape(), Unique: false),
    }.ToFrozenDictionary();

    /// <summary>The shape of a type that is one JSON value; null for any other.</summary>
    public static TypeShape? Find(Type type) => Shapes.GetValueOrDefault(type);

    /// <summary>What the names of a dictionary with such keys may be; null for types that are no keys.</summary>
    public static TypeShape? FindKey(Type type) => Find(type) switch
    {
        StringShape { ClrType: var clr } shape when clr == typeof(string) || clr == typeof(Guid) => shape,
        IntegerShape integer => IntegerKey(integer),
        _ => null,
    };

    private static IntegerShape Integer<T>()
        where T : IBinaryInteger<T>, IMinMaxValue<T> =>
        new(BigInteger.CreateChecked(T.MinValue), BigInteger.CreateChecked(T.MaxValue));

    private static NumberShape Number<T>(string limit) =>
        new(typeof(T)) { Minimum = new NumberLimit("-" + limit, false), Maximum = new NumberLimit(limit, false) };

    private static StringShape IntegerKey(IntegerShape integer)
    {
        int digits = integer.Maximum.ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
        string sign = integer.Minimum.Sign < 0 ? "-?" : "";
        return new StringShape(typeof(string)) { Pattern = $"^(0|{sign}[1-9][0-9]{{0,{digits - 1}}})$" };
    }
}
