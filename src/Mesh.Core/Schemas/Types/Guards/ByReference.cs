using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// Whether values of a type may pass from a caller to a handler of the same process as they are, without JSON between
/// them. Only what nobody can change afterwards may, all the way down, and only what JSON would carry whole: a handler
/// must not see more than it would from afar.
/// </summary>
/// <remarks>
/// Immutable is a type that is sealed and whose instance fields are all read-only; the compiler makes the fields of
/// get-only and init properties so. Each field must belong to a property that is both written and read as JSON. Of the
/// collections <see cref="ImmutableArray{T}"/> and <see cref="ImmutableList{T}"/> pass; sets and dictionaries do not,
/// since the comparers that they hold have no JSON. Where private fields cannot be seen, in a trimmed app, nothing passes.
/// </remarks>
[RequiresUnreferencedCode("The fields of types are looked at by reflection. In a trimmed app values cross as JSON.")]
internal sealed class ByReference
{
    private static readonly HashSet<Type> Scalars =
    [
        typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long),
        typeof(ulong), typeof(Int128), typeof(UInt128), typeof(Half), typeof(float), typeof(double), typeof(decimal),
        typeof(string), typeof(char), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly),
        typeof(TimeOnly), typeof(TimeSpan), typeof(Version),
    ];

    private readonly HashSet<Type> _seen = [];

    private ByReference()
    {
    }

    /// <summary>Whether values of the type may pass by reference.</summary>
    /// <param name="type">The metadata that they would otherwise be written with.</param>
    /// <param name="shape">Their shape. A type of which only a converter knows the JSON does not pass.</param>
    /// <param name="reason">One sentence for a person; null when they may.</param>
    public static bool IsAllowed(JsonTypeInfo type, TypeShape shape, [NotNullWhen(false)] out string? reason)
    {
        reason = GuardCompiler.IsPlain(type.Options) && type.Options.TypeInfoResolverChain.All(IsPlain)
            ? new ByReference().Refuse(shape, type.Type)
            : "The host's serializer options change what is written in ways that the properties do not tell of.";
        return reason is null;
    }

    // A modifier, or a resolver of the user's own, may put other getters in the place of the properties'.
    private static bool IsPlain(IJsonTypeInfoResolver resolver) => resolver is JsonSerializerContext
        || (resolver is DefaultJsonTypeInfoResolver { Modifiers.Count: 0 } && resolver.GetType() == typeof(DefaultJsonTypeInfoResolver));

    private string? Refuse(TypeShape shape, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return shape switch
        {
            NullableShape nullable => Refuse(nullable.Inner, type),
            ReferenceShape reference => _seen.Contains(reference.Target.Type) ? null : Refuse(reference.Target.Shape!, type),
            EnumShape => null,
            VerbatimShape => $"Only a converter knows the JSON of '{TypeNames.Display(type)}'.",
            ArrayShape array when ItemOf(type) is { } item => Refuse(array.Item, item),
            ArrayShape or DictionaryShape => $"'{TypeNames.Display(type)}' may be changed by whoever holds it, or carries more than its JSON: use ImmutableArray or ImmutableList.",
            UnionShape union => RefuseUnion(union),
            ObjectShape o => RefuseObject(o, type),
            _ when Scalars.Contains(type) => null,
            _ => $"'{TypeNames.Display(type)}' is not known to be immutable.",
        };
    }

    private static Type? ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(ImmutableArray<>) || open == typeof(ImmutableList<>))
            ? type.GetGenericArguments()[0]
            : null;

    // The guard lets nothing pass but the listed types themselves, so that the base need not be sealed.
    private string? RefuseUnion(UnionShape union)
    {
        if (!union.ClrType.IsAbstract)
            return $"'{TypeNames.Display(union.ClrType)}' is the base of others and not abstract.";
        return union.Cases.Select(c => Refuse(c.Shape, ((c.Shape as ObjectShape)?.ClrType ?? (c.Shape as ReferenceShape)?.Target.Type)!))
            .FirstOrDefault(reason => reason is not null);
    }

    private string? RefuseObject(ObjectShape shape, Type type)
    {
        if (!_seen.Add(type))
            return null;
        string name = TypeNames.Display(type);
        if (!type.IsSealed)
            return $"'{name}' is not sealed, so that a derived type might be changed or carry more than its JSON.";
        if (shape.KeepsUnknown)
            return $"'{name}' keeps unknown properties in a collection that can be changed.";
        if (shape.Metadata is not { OnDeserialized: null, OnDeserializing: null, OnSerialized: null, OnSerializing: null })
            return $"'{name}' runs code of its own when it is read or written as JSON.";
        Dictionary<string, PropertyShape> properties = [];
        foreach (PropertyShape property in shape.Properties)
        {
            if (property.Metadata is not { AttributeProvider: PropertyInfo info } || property.Metadata.Get is null)
                return $"'{name}' has '{property.Name}', which is no property that can be read.";
            properties.TryAdd(info.Name, property);
        }
        return RefuseFields(type, name, properties)
            ?? shape.Properties.Select(p => Refuse(p.Shape, p.Metadata!.PropertyType)).FirstOrDefault(reason => reason is not null);
    }

    private static string? RefuseFields(Type type, string name, Dictionary<string, PropertyShape> properties)
    {
        for (Type? level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            foreach (FieldInfo field in level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                // The compiler's name for the field of a property, such as <City>k__BackingField.
                int end = field.Name.IndexOf(">k__BackingField", StringComparison.Ordinal);
                string shown = end > 0 ? field.Name[1..end] : field.Name;
                if (!field.IsInitOnly)
                    return $"'{name}' has '{shown}', which can be changed after construction.";
                if (end < 0 || !properties.TryGetValue(shown, out PropertyShape? property) || !property.IsRead || !property.AlwaysWritten)
                    return $"'{name}' has '{shown}', which its JSON does not always carry.";
            }
        }
        return null;
    }
}
