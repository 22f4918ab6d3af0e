using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using static Mesh.Tests.Schemas.GuardedTypes;

namespace Mesh.Tests.Schemas;

/// <summary>What the generated values of the law do not reach: limits of depth and size, unusual options, unusual ways in.</summary>
public sealed class TypeGuardTests
{
    [Fact]
    public void The_limit_of_depth_is_the_serializers_own()
    {
        for (int depth = 55; depth < 70; depth++)
        {
            Check(Enumerable.Range(0, depth).Aggregate((Node?)null, (next, _) => new Node("a", next))!);
            Check(Enumerable.Range(0, depth / 2).Aggregate(new Tree([], Sky.Rain), (inner, _) => new Tree([inner], Sky.Rain)));
            Check(Enumerable.Range(0, depth / 2).Aggregate(new Tree([null!], Sky.Rain), (inner, _) => new Tree([inner], Sky.Rain)));
            Check(Enumerable.Range(0, depth / 2).Aggregate(new Bush(null, null, [1]), (inner, _) => new Bush(new() { ["a"] = inner }, null, null)));
            Check(Enumerable.Range(0, depth / 2).Aggregate(new Bush([], null, []), (inner, _) => new Bush(null, (inner, 1), [])));
            Check(Enumerable.Range(0, depth).Aggregate((Figure)new Square(1), (inner, _) => new Group(inner, null)));
        }
    }

    [Fact]
    public void A_deep_value_of_a_union_with_a_concrete_base_is_valid()
    {
        Assert.True(Check(Enumerable.Range(0, 60).Aggregate((Person?)null, (boss, _) => new Person("a", boss))));
        Assert.True(Check(Enumerable.Range(0, 60).Aggregate((Person?)null, (boss, _) => new Clerk("a", boss))));
        Assert.False(Check(Enumerable.Range(0, 60).Aggregate(new Person(null!, null), (boss, _) => new Person("a", boss))));
    }

    [Fact]
    public void A_lower_limit_of_the_host_counts()
    {
        JsonSerializerOptions options = new(TypeSchemas.Options) { MaxDepth = 8 };
        for (int depth = 3; depth < 12; depth++)
            Check(Enumerable.Range(0, depth).Aggregate((Node?)null, (next, _) => new Node("a", next))!, options);
    }

    [Fact]
    public void A_value_that_contains_itself_is_refused_at_once()
    {
        Dictionary<string, Bush> branches = [];
        Bush cyclic = new(branches, null, null);
        for (int i = 0; i < 8; i++)
            branches[$"{i}"] = cyclic;
        Assert.False(Guard<Bush>().Accepts(cyclic));
    }

    [Fact]
    public void A_value_that_is_large_only_as_JSON_is_refused_in_bounded_memory()
    {
        Tree shared = new([], Sky.Rain);
        for (int i = 0; i < 25; i++)
            shared = new Tree([shared, shared, shared], Sky.Rain);
        Assert.False(Guard<Tree>().Accepts(shared));
    }

    [Fact]
    public void An_enumerable_without_end_is_refused() =>
        Assert.False(Guard<IEnumerable<int>>().Accepts(Enumerable.Range(0, int.MaxValue).Select(i => i % 10)));

    [Theory]
    [InlineData(600_000)]
    [InlineData(700_000)]
    [InlineData(4_194_302)]
    [InlineData(4_194_303)]
    public void The_limit_of_size_is_the_validators_own(int length)
    {
        Check(new string('a', length));
        Check(new string('é', length / 6));
        Check(new byte[length / 4 * 3]);
    }

    [Fact]
    public void A_long_subject_of_a_pattern_is_left_to_the_validator()
    {
        foreach (int length in new[] { 10, 40_000, 44_000, 262_144, 262_145 })
            Check(new Patterned(new string('a', length), new string('b', length)));
    }

    [Fact]
    public void Work_that_would_use_up_a_validation_is_left_to_the_validator()
    {
        foreach (int count in new[] { 1_000, 40_000 })
        {
            Check(Enumerable.Repeat(new Searched("dd"), count).ToList());
            Check(Enumerable.Repeat(new Person("a", null), count).ToList());
        }
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_refused_and_U_FFFD_is_not()
    {
        TypeGuard<Dictionary<string, string>> guard = Guard<Dictionary<string, string>>();
        Assert.True(guard.Accepts(new() { ["\uFFFD😀"] = "\uFFFD😀" }));
        Assert.False(guard.Accepts(new() { ["a\uD83D"] = "" }));
        Assert.False(guard.Accepts(new() { ["a"] = "\uDE00\uD83D" }));
        Assert.True(Guard<char>().Accepts('\uFFFD'));
        Assert.False(Guard<char>().Accepts('\uDE00'));
        Assert.False(Guard<string>().Accepts(new string('a', 700_000) + "\uD83D"));
    }

    [Fact]
    public void What_only_a_converter_knows_is_serialised()
    {
        Check(new Converted(JsonElement.Parse("[1,{}]"), 255, null));
        Check(new Converted(default, 255, "a"));
        Check(new Converted(JsonElement.Parse("\"\\ud800\""), -1, "a"));
        Check(new Converted(JsonElement.Parse("1"), 1, "bb"));
    }

    [Fact]
    public void Options_that_leave_things_out_are_followed()
    {
        JsonSerializerOptions noNulls = new(TypeSchemas.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
        Check(new Node("a", null), noNulls);
        Check(new Node(null!, null), noNulls);
        JsonSerializerOptions keyed = new(TypeSchemas.Options) { DictionaryKeyPolicy = JsonNamingPolicy.CamelCase };
        Check(new Dictionary<string, int> { ["A"] = 1, ["a"] = 2 }, keyed);
        JsonSerializerOptions preserving = new(TypeSchemas.Options) { ReferenceHandler = ReferenceHandler.Preserve };
        Check(new Node("a", null), preserving);
        JsonSerializerOptions lax = new(TypeSchemas.Options) { RespectNullableAnnotations = false };
        Check(new Node(null!, null), lax);
    }

    [Fact]
    public void A_getter_that_metadata_replaced_is_the_one_that_counts()
    {
        JsonSerializerOptions options = new(TypeSchemas.Options)
        {
            TypeInfoResolver = TypeSchemas.Options.TypeInfoResolver!.WithAddedModifier(static info =>
            {
                if (info.Type == typeof(Forecast))
                    info.Properties[0].Get = static _ => null;
            }),
        };
        Assert.False(Check(new Forecast("Oslo", 1, "sun"), options));
    }

    [Fact]
    public void A_source_generated_context_gives_the_same_guard()
    {
        JsonSerializerOptions generated = MeshJson.Prepare(GeneratedContext.Default.Options);
        Assert.True(Check(new TypeObjectSchemaTests.Place("a", null, 3), generated));
        Assert.False(Check(new TypeObjectSchemaTests.Place("", null, 3), generated));
        Assert.False(Check(new TypeObjectSchemaTests.Place("a", null, 10), generated));
        Assert.False(Check(new TypeObjectSchemaTests.Place(null!, null), generated));
    }

    [Fact]
    public void The_rules_of_a_methods_parameters_can_be_held_against_a_record()
    {
        Delegate method = ([MinLength(2)] string city, [Range(1, 5)] int days) => city + days;
        TypeShapeReader reader = new(TypeSchemas.Options);
        JsonTypeInfo<Arguments> info = (JsonTypeInfo<Arguments>)TypeSchemas.Options.GetTypeInfo(typeof(Arguments));
        PropertyShape[] members = [.. method.Method.GetParameters().Select(p => reader.ReadParameter(p)).Select(p => p with { Metadata = info.Properties.Single(m => m.Name == p.Name) })];
        TypeGuard<Arguments> guard = TypeGuard.Compile(new ObjectShape(typeof(Arguments), members) { Metadata = info }, info, forInput: true);
        Assert.True(guard.Accepts(new Arguments("Oslo", 5)));
        Assert.False(guard.Accepts(new Arguments("O", 5)));
        Assert.False(guard.Accepts(new Arguments("Oslo", 6)));
    }

    [Fact]
    public void A_value_of_another_type_is_refused()
    {
        Assert.False(((TypeGuard)Guard<Forecast>()).Accepts("Oslo"));
        Assert.False(((TypeGuard)Guard<int>()).Accepts(null));
        Assert.False(TypeGuard.Compile(new BooleanShape(), TypeSchemas.Options.GetTypeInfo(typeof(bool)), forInput: true).Accepts(1));
    }

    private static TypeGuard<T> Guard<T>()
    {
        JsonTypeInfo<T> info = (JsonTypeInfo<T>)TypeSchemas.Options.GetTypeInfo(typeof(T));
        return TypeGuard.Compile(TypeShapeReader.Read(info), info, forInput: false);
    }

    /// <summary>Holds the law for one value, for input and output, and returns whether it was accepted for both.</summary>
    private static bool Check<T>(T value, JsonSerializerOptions? options = null)
    {
        JsonTypeInfo<T> info = (JsonTypeInfo<T>)(options ?? TypeSchemas.Options).GetTypeInfo(typeof(T));
        TypeShape shape = TypeShapeReader.Read(info);
        bool all = true;
        foreach (bool forInput in new[] { true, false })
        {
            bool valid = IsValid(value, info, CompiledSchema.Compile(TypeSchemaWriter.Write(shape, forInput), new SchemaOptions { AssertFormats = true }));
            Assert.Equal(valid, TypeGuard.Compile(shape, info, forInput).Accepts(value));
            all &= valid;
        }

        return all;
    }

    private static bool IsValid<T>(T value, JsonTypeInfo<T> info, CompiledSchema schema)
    {
        try
        {
            return schema.IsValidStrict(JsonSerializer.SerializeToElement(value, info));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            return false;
        }
    }

    [JsonDerivedType(typeof(Clerk), "clerk")]
    private record Person(string Name, Person? Boss);

    private sealed record Clerk(string Name, Person? Boss) : Person(Name, Boss);

    private sealed record Arguments(string City, int Days);

    private sealed record Patterned([RegularExpression("a*")] string A, [RegularExpression("(b|bb)*")] string B);

    private sealed record Searched([RegularExpression("(a|b|c|d)+|(a|b|c|d|e){1,100}")] string A);

    private sealed record Converted(
        JsonElement A, [property: JsonConverter(typeof(TypeObjectSchemaTests.HexConverter))] int B, [JsonSchema("""{"type":["string","null"],"maxLength":1}""")] string? C);
}
