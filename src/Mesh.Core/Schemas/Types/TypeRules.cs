using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// What the validation attributes of a place do to its shape. The schema's meaning wins over the attribute's: lengths
/// count code points, patterns are ECMA-262 and cover the whole string, and an empty string is checked like any other.
/// A rule that cannot be described is refused, since it would silently not be enforced.
/// </summary>
internal static class TypeRules
{
    /// <summary>Whether <c>[Required]</c> stands at the place.</summary>
    public static bool IsRequired(IReadOnlyList<Attribute> attributes) => attributes.OfType<RequiredAttribute>().Any();

    /// <summary>The shape with the description that is among the attributes, if any.</summary>
    public static TypeShape Describe(TypeShape shape, IReadOnlyList<Attribute> attributes) =>
        attributes.OfType<DescriptionAttribute>().FirstOrDefault() is { Description.Length: > 0 } found
            ? shape with { Description = found.Description }
            : shape;

    /// <summary>The shape with every rule among the attributes of its place.</summary>
    public static TypeShape Apply(TypeShape shape, Type type, TypeUse use, JsonSerializerOptions scope)
    {
        if (use.Attributes.Count == 0)
            return shape;
        if (shape is NullableShape nullable)
            return nullable with { Inner = Apply(nullable.Inner, Nullable.GetUnderlyingType(type) ?? type, use, scope) };
        foreach (Attribute attribute in use.Attributes)
        {
            if (attribute is ValidationAttribute rule && rule.GetType() != typeof(DataTypeAttribute))
                shape = Apply(shape, rule, type, use.Path, scope);
        }
        return Describe(shape, use.Attributes);
    }

    private static TypeShape Apply(TypeShape shape, ValidationAttribute rule, Type type, string path, JsonSerializerOptions scope) =>
        rule switch
        {
            RangeAttribute range => TypeRanges.Apply(shape, range, type, path),
            StringLengthAttribute length when shape is StringShape => Limit(shape, length.MinimumLength, length.MaximumLength),
            LengthAttribute length => Limit(shape, length.MinimumLength, length.MaximumLength),
            MinLengthAttribute length => Limit(shape, length.Length, null),
            MaxLengthAttribute length => Limit(shape, 0, length.Length < 0 ? null : length.Length),
            RegularExpressionAttribute pattern when shape is StringShape { Pattern: null } text =>
                text with { Pattern = $"^(?:{pattern.Pattern})$" },
            EmailAddressAttribute when shape is StringShape { Format: null } text => text with { Format = "email" },
            UrlAttribute when shape is StringShape { Format: null or "uri-reference" } text => text with { Format = "uri" },
            AllowedValuesAttribute allowed when Values(allowed.Values, scope) is { } values => shape with { Allowed = values },
            DeniedValuesAttribute denied when Values(denied.Values, scope) is { } values => shape with { Denied = values },
            RequiredAttribute { AllowEmptyStrings: false } when shape is StringShape => Limit(shape, 1, null),
            RequiredAttribute => shape,
            _ => null,
        } ?? throw TypeRefusals.Refuse(
            type, path, $"a schema cannot say what [{rule.GetType().Name.Replace("Attribute", "", StringComparison.Ordinal)}] demands of it",
            "Remove the attribute and check in the tool itself, or give the schema with [JsonSchema].");

    private static TypeShape? Limit(TypeShape shape, int least, int? most) => shape switch
    {
        StringShape s => s with { MinLength = Math.Max(s.MinLength, least), MaxLength = Least(s.MaxLength, most) },
        // Base64 writes three bytes as four characters, so the limit is exact to a group of three.
        BytesShape b => b with { MinLength = Base64Length(least), MaxLength = most is { } bytes ? Base64Length(bytes) : null },
        ArrayShape a => a with { MinItems = Math.Max(a.MinItems, least), MaxItems = Least(a.MaxItems, most) },
        DictionaryShape d => d with { MinProperties = Math.Max(d.MinProperties, least), MaxProperties = Least(d.MaxProperties, most) },
        _ => null,
    };

    private static int? Least(int? first, int? second) => first is { } a && second is { } b ? Math.Min(a, b) : first ?? second;

    private static int Base64Length(int bytes) => (int)Math.Min(int.MaxValue, ((long)bytes + 2) / 3 * 4);

    private static List<JsonElement>? Values(object?[] constants, JsonSerializerOptions scope)
    {
        List<JsonElement> values = [];
        foreach (object? constant in constants)
        {
            JsonElement? value = constant is Enum member
                ? TypeDefaults.ToJson(member, member.GetType(), "", scope)
                : TypeDefaults.Plain(constant);
            if (value is null)
                return null;
            values.Add(value.Value);
        }
        return values.Count == 0 ? null : values;
    }
}
