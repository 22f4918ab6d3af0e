using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>The serializer options that a host reads and writes arguments and results with.</summary>
internal static class MeshJson
{
    /// <summary>How deep a value may be nested.</summary>
    public const int MaxDepth = 64;

    /// <summary>
    /// The options of a host that was given none: names and enum members in camelCase, matched exactly; nothing that a
    /// schema does not say. Read-only.
    /// </summary>
    [RequiresUnreferencedCode("Types are read by reflection. In a trimmed app give the host options with a source-generated context.")]
    [RequiresDynamicCode("Types are read by reflection. In a native app give the host options with a source-generated context.")]
    public static JsonSerializerOptions CreateDefault()
    {
        JsonSerializerOptions options = new()
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            NumberHandling = JsonNumberHandling.Strict,
            ReadCommentHandling = JsonCommentHandling.Disallow,
            // Unknown properties are refused by validation, where an author's own schema may also allow them.
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
            AllowDuplicateProperties = false,
            // A schema cannot demand that the discriminator comes first.
            AllowOutOfOrderMetadataProperties = true,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            MaxDepth = MaxDepth,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new TupleConverterFactory());
        AddIntegers(options);
        options.MakeReadOnly();
        return options;
    }

    /// <summary>
    /// A copy of a user's options that also binds integral decimals such as <c>1.0</c>. Converters that the user added
    /// go first, and the resolver, a source-generated context for one, stays. Safe in a trimmed or native app.
    /// </summary>
    public static JsonSerializerOptions Prepare(JsonSerializerOptions options)
    {
        JsonSerializerOptions copy = new(options);
        AddIntegers(copy);
        if (copy.TypeInfoResolver is not null)
            copy.MakeReadOnly();
        return copy;
    }

    private static void AddIntegers(JsonSerializerOptions options)
    {
        options.Converters.Add(new IntegerConverter<sbyte>());
        options.Converters.Add(new IntegerConverter<byte>());
        options.Converters.Add(new IntegerConverter<short>());
        options.Converters.Add(new IntegerConverter<ushort>());
        options.Converters.Add(new IntegerConverter<int>());
        options.Converters.Add(new IntegerConverter<uint>());
        options.Converters.Add(new IntegerConverter<long>());
        options.Converters.Add(new IntegerConverter<ulong>());
        options.Converters.Add(new IntegerConverter<Int128>());
        options.Converters.Add(new IntegerConverter<UInt128>());
    }
}
