using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FsCheck;
using FsCheck.Fluent;
using static Mesh.Tests.Schemas.GuardedTypes;

namespace Mesh.Tests.Schemas;

/// <summary>
/// The law: a guard accepts a value exactly when the serializer writes it and the schema of its type accepts that, for
/// input and for output. Half of a surrogate pair, for which the serializer writes
/// U+FFFD, counts as not written; no generated value holds a U+FFFD of its own.
/// </summary>
public sealed class TypeGuardLawTests
{
    private const int ValuesPerType = 1_000;

    private static readonly (Type Type, bool CanBeRefused)[] Types =
    [
        (typeof(Forecast), true), (typeof(Whole), true), (typeof(Fractions), true), (typeof(Texts), true), (typeof(Times), true), (typeof(Bytes), true),
        (typeof(Maybe), true), (typeof(Ranges), true), (typeof(HalfRanges), true), (typeof(Lengths), true), (typeof(Patterns), true), (typeof(Mails), true), (typeof(Addresses), true), (typeof(Odd), true), (typeof(Listed), true),
        (typeof(ListedNulls), true), (typeof(ListedScalars), true), (typeof(Lists), true), (typeof(Sets), true), (typeof(Maps), true), (typeof(Tuples), true), (typeof(Pair), true),
        (typeof(Open), true), (typeof(Throwing), true), (typeof(LeftOut), true), (typeof(Extended), true), (typeof(Node), true), (typeof(Tree), true),
        (typeof(Bush), true), (typeof(Figure), true), (typeof(Animal), true), (typeof(Codes), true), (typeof(string), true), (typeof(int), false),
        (typeof(Sky), true), (typeof(double), true), (typeof(DateTime), true), (typeof(int?), false), (typeof(Point), true), (typeof(bool), false), (typeof((string, Sky?)), true),
        (typeof(List<Forecast>), true), (typeof(Dictionary<string, Figure>), true), (typeof(HashSet<Loose>), true), (typeof(ImmutableArray<Node>), true),
    ];

    public static TheoryData<Type, bool> AllTypes => [.. Types.Select(t => (t.Type, t.CanBeRefused))];

    [Fact]
    public void The_law_is_tried_on_at_least_ten_thousand_values() => Assert.True(Types.Length * ValuesPerType >= 10_000);

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void A_guard_accepts_what_validation_of_the_JSON_accepts(Type type, bool canBeRefused) =>
        typeof(TypeGuardLawTests).GetMethod(nameof(Try), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type).CreateDelegate<Action<bool>>()(canBeRefused);

    private static void Try<T>(bool canBeRefused)
    {
        JsonTypeInfo<T> info = (JsonTypeInfo<T>)TypeSchemas.Options.GetTypeInfo(typeof(T));
        TypeShape shape = TypeShapeReader.Read(info);
        foreach (bool forInput in new[] { true, false })
        {
            CompiledSchema schema = CompiledSchema.Compile(TypeSchemaWriter.Write(shape, forInput), new SchemaOptions { AssertFormats = true });
            TypeGuard<T> guard = TypeGuard.Compile(shape, info, forInput);
            TypeGuard untyped = TypeGuard.Compile(shape, (JsonTypeInfo)info, forInput);
            int accepted = 0, refused = 0;
            foreach (object? value in GuardedValues.Of(typeof(T)).Sample(ValuesPerType, new Rnd((ulong)(forInput ? 1 : 2)), 10))
            {
                T typed = (T)value!;
                bool valid = IsValid(value, info, schema, out string json);
                Assert.True(valid == guard.Accepts(typed), $"{typeof(T).Name} for {(forInput ? "input" : "output")}, valid {valid}: {json}");
                Assert.True(valid == untyped.Accepts(value), $"{typeof(T).Name} untyped, valid {valid}: {json}");
                _ = valid ? accepted++ : refused++;
            }

            Assert.Equal(ValuesPerType, accepted + refused);
            Assert.True(accepted >= 10, $"Only {accepted} accepted.");
            Assert.True(canBeRefused ? refused >= 10 : refused == 0, $"{refused} refused.");
        }
    }

    private static bool IsValid(object? value, JsonTypeInfo info, CompiledSchema schema, out string json)
    {
        try
        {
            JsonElement element = JsonSerializer.SerializeToElement(value, info);
            json = element.GetRawText();
            return !json.Contains(@"\uFFFD", StringComparison.Ordinal) && schema.IsValidStrict(element);
        }
        catch (Exception exception)
        {
            json = exception.Message;
            return false;
        }
    }
}
