using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>An array or list; with <paramref name="Unique"/> a set.</summary>
internal sealed record ArrayShape(TypeShape Item, bool Unique) : TypeShape
{
    public int MinItems { get; init; }

    public int? MaxItems { get; init; }
}

/// <summary>A tuple, as an array with one item per element.</summary>
internal sealed record TupleShape(Type ClrType, IReadOnlyList<TypeShape> Items) : TypeShape;

/// <summary>An object with any names and values of one shape.</summary>
/// <param name="Key">What names may be; null when any string may be one.</param>
/// <param name="Value">The shape of the values.</param>
internal sealed record DictionaryShape(TypeShape? Key, TypeShape Value) : TypeShape
{
    public int MinProperties { get; init; }

    public int? MaxProperties { get; init; }
}

/// <summary>An object with known properties. A tool's parameters are one too.</summary>
/// <param name="ClrType">The CLR type; null for the parameters of a method.</param>
/// <param name="Properties">In the order in which the serializer writes them.</param>
internal sealed record ObjectShape(Type? ClrType, IReadOnlyList<PropertyShape> Properties) : TypeShape
{
    /// <summary>The serializer's metadata; null for the parameters of a method.</summary>
    public JsonTypeInfo? Metadata { get; init; }

    /// <summary>Whether unknown properties are kept (<c>[JsonExtensionData]</c>) and therefore accepted.</summary>
    public bool KeepsUnknown { get; init; }

    /// <summary>Whether the serializer can make one from JSON: false for an interface, or without a usable constructor.</summary>
    public bool CanBeRead { get; init; } = true;
}

/// <summary>A property of an object, or a parameter of a method.</summary>
/// <param name="Name">The name in JSON.</param>
/// <param name="Shape">The shape without null; see <see cref="AcceptsNull"/> and <see cref="MayBeNull"/>.</param>
internal sealed record PropertyShape(string Name, TypeShape Shape)
{
    /// <summary>Whether it must be there when read.</summary>
    public bool Required { get; init; }

    /// <summary>Whether it is always there when written.</summary>
    public bool AlwaysWritten { get; init; } = true;

    /// <summary>Whether null may be read.</summary>
    public bool AcceptsNull { get; init; }

    /// <summary>Whether null may be written.</summary>
    public bool MayBeNull { get; init; }

    /// <summary>Whether the value is taken when read; a computed property is accepted, because it was written, and ignored.</summary>
    public bool IsRead { get; init; } = true;

    /// <summary>Whether it is written.</summary>
    public bool IsWritten { get; init; } = true;

    /// <summary>Whether it may be left out for a default value; <see cref="Default"/> may be null even then.</summary>
    public bool HasDefault { get; init; }

    /// <summary>The default as JSON; null when there is none or it has no JSON form.</summary>
    public JsonElement? Default { get; init; }

    /// <summary>The default as the method or constructor declares it.</summary>
    public object? DefaultValue { get; init; }

    /// <summary>The serializer's metadata; null for a parameter of a method.</summary>
    public JsonPropertyInfo? Metadata { get; init; }
}

/// <summary>One of several object types, told apart by a discriminator property that comes with every value.</summary>
internal sealed record UnionShape(Type ClrType, string Discriminator, IReadOnlyList<UnionCase> Cases) : TypeShape;

/// <summary>A case of a union.</summary>
/// <param name="Value">The discriminator's value, a string or an integer; null for the base type, which is written without one.</param>
/// <param name="Shape">The object without its discriminator, or a reference to it.</param>
internal sealed record UnionCase(JsonElement? Value, TypeShape Shape);
