using System.Reflection;

namespace Mesh;

/// <summary>What the place where a type is used adds to it: attributes, nullability and a default value.</summary>
/// <param name="Path">Where it is, for messages: <c>/city</c>, <c>/order/lines/*</c>, or empty at the root.</param>
internal sealed record TypeUse(string Path)
{
    /// <summary>A use that adds nothing.</summary>
    public static TypeUse Root { get; } = new("");

    /// <summary>The attributes at the place; those of the type itself are found by the walk.</summary>
    public IReadOnlyList<Attribute> Attributes { get; init; } = [];

    /// <summary>The annotations of the place and, for a generic type or an array, of its arguments; null when unknown, which means not null.</summary>
    public NullabilityInfo? Nullability { get; init; }

    /// <summary>Whether the place has a default value.</summary>
    public bool HasDefault { get; init; }

    /// <summary>The default value; null also stands for the default of a struct.</summary>
    public object? DefaultValue { get; init; }

    /// <summary>Whether it is what a method returns.</summary>
    public bool IsReturn { get; init; }

    /// <summary>
    /// Whether null may stand here. As the serializer does, a parameter without annotations is taken to allow it. A
    /// result is not: the compiler annotates no return type that it inferred for a lambda.
    /// </summary>
    public bool AllowsNull => IsReturn
        ? Nullability is { ReadState: NullabilityState.Nullable }
        : Nullability is { WriteState: not NullabilityState.NotNull };

    /// <summary>A parameter of a method.</summary>
    public static TypeUse Of(ParameterInfo parameter, string path) => new(path)
    {
        Attributes = AttributesOf(parameter),
        Nullability = NullabilityOf(parameter),
        HasDefault = parameter.HasDefaultValue,
        DefaultValue = parameter.HasDefaultValue ? parameter.DefaultValue : null,
    };

    /// <summary>
    /// What a method returns, once <paramref name="depth"/> wrappers (Task, ValueTask, IAsyncEnumerable) are taken off it.
    /// </summary>
    public static TypeUse OfReturn(ParameterInfo returned, int depth)
    {
        NullabilityInfo? nullability = NullabilityOf(returned);
        for (int i = 0; i < depth && nullability is not null; i++)
            nullability = nullability.GenericTypeArguments is [var inner] ? inner : null;
        return Root with { Attributes = AttributesOf(returned), Nullability = nullability, IsReturn = true };
    }

    /// <summary>The attributes of a parameter, property, field or type, inherited ones included.</summary>
    public static IReadOnlyList<Attribute> AttributesOf(ICustomAttributeProvider? provider) => provider switch
    {
        null => [],
        MemberInfo member => Attribute.GetCustomAttributes(member, inherit: true),
        ParameterInfo parameter => Attribute.GetCustomAttributes(parameter, inherit: true),
        _ => [.. provider.GetCustomAttributes(inherit: true).OfType<Attribute>()],
    };

    /// <summary>The annotations of a parameter, property or field; null where an app was trimmed of them.</summary>
    public static NullabilityInfo? NullabilityOf(ICustomAttributeProvider? provider)
    {
        try
        {
            return provider switch
            {
                ParameterInfo parameter => new NullabilityInfoContext().Create(parameter),
                PropertyInfo property => new NullabilityInfoContext().Create(property),
                FieldInfo field => new NullabilityInfoContext().Create(field),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            // The switch System.Reflection.NullabilityInfoContext.IsSupported is off.
            return null;
        }
    }

    /// <summary>The use of an element, key or value inside of this one.</summary>
    public TypeUse Inside(string step, NullabilityInfo? nullability = null) =>
        new($"{Path}/{step}") { Nullability = nullability, IsReturn = IsReturn };
}
