using System.Collections.ObjectModel;
using System.Reflection;

namespace Mesh.Architecture.Tests.PublicApi;

/// <summary>Writes the attributes that a caller feels: what he may call, and what the compiler will tell him.</summary>
internal static class Attributes
{
    private static readonly HashSet<string> Shown =
    [
        "AttributeUsageAttribute", "FlagsAttribute", "ObsoleteAttribute", "EditorBrowsableAttribute", "ExperimentalAttribute",
        "RequiresUnreferencedCodeAttribute", "RequiresDynamicCodeAttribute", "RequiresAssemblyFilesAttribute",
        "DynamicallyAccessedMembersAttribute", "UnsupportedOSPlatformAttribute", "SupportedOSPlatformAttribute",
        "AllowNullAttribute", "DisallowNullAttribute", "MaybeNullAttribute", "NotNullAttribute", "MaybeNullWhenAttribute",
        "NotNullWhenAttribute", "NotNullIfNotNullAttribute", "DoesNotReturnAttribute", "DoesNotReturnIfAttribute",
        "MemberNotNullAttribute", "MemberNotNullWhenAttribute", "SetsRequiredMembersAttribute", "StringSyntaxAttribute",
        "CallerMemberNameAttribute", "CallerArgumentExpressionAttribute", "CallerFilePathAttribute", "CallerLineNumberAttribute",
        "JsonConverterAttribute", "OverloadResolutionPriorityAttribute", "AsyncMethodBuilderAttribute",
        "CollectionBuilderAttribute", "InterpolatedStringHandlerAttribute",
    ];

    /// <summary>Whose arguments are a text for people: changing it changes no API.</summary>
    private static readonly HashSet<string> WithoutArguments =
        ["RequiresUnreferencedCodeAttribute", "RequiresDynamicCodeAttribute", "RequiresAssemblyFilesAttribute", "ObsoleteAttribute"];

    public static IEnumerable<string> Of(IList<CustomAttributeData> attributes) =>
        from attribute in attributes
        let name = attribute.AttributeType.Name
        where Shown.Contains(name) && !(name == nameof(ObsoleteAttribute) && IsForOldCompilers(attributes))
        let shown = $"[{name[..^"Attribute".Length]}{(WithoutArguments.Contains(name) ? "" : Arguments(attribute))}]"
        orderby shown
        select shown;

    /// <summary>The compiler itself marks what older ones must not use, such as constructors beside required members.</summary>
    private static bool IsForOldCompilers(IEnumerable<CustomAttributeData> attributes) =>
        attributes.Any(attribute => attribute.AttributeType.Name == "CompilerFeatureRequiredAttribute");

    private static string Arguments(CustomAttributeData attribute)
    {
        string[] arguments =
        [
            .. attribute.ConstructorArguments.Select(Value),
            .. attribute.NamedArguments.Select(argument => $"{argument.MemberName} = {Value(argument.TypedValue)}").Order(StringComparer.Ordinal),
        ];
        return arguments.Length > 0 ? $"({string.Join(", ", arguments)})" : "";
    }

    private static string Value(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        ReadOnlyCollection<CustomAttributeTypedArgument> items => string.Join(", ", items.Select(Value)),
        Type type => $"typeof({TypeNames.Of(type, null, Nullability.None)})",
        { } value when argument.ArgumentType.IsEnum => Literals.Of(Enum.ToObject(argument.ArgumentType, value), null),
        var value => Literals.Of(value, null),
    };
}
