using System.Numerics;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// What JSON a type reads and writes, found by one walk over its serializer metadata. Schema, binder and guard are all
/// made from it, so that they cannot disagree. Immutable.
/// </summary>
internal abstract record TypeShape
{
    /// <summary>A sentence for a person or a model; null when nobody wrote one.</summary>
    public string? Description { get; init; }

    /// <summary>The only values allowed, as JSON; null when every value of the shape is.</summary>
    public IReadOnlyList<JsonElement>? Allowed { get; init; }

    /// <summary>Values that are refused, as JSON; null when there are none.</summary>
    public IReadOnlyList<JsonElement>? Denied { get; init; }
}

/// <summary>Any JSON value, null included.</summary>
internal sealed record AnyShape : TypeShape;

/// <summary>Any JSON object (<see cref="System.Text.Json.Nodes.JsonObject"/>).</summary>
internal sealed record AnyObjectShape : TypeShape;

/// <summary>A schema that its author gave as JSON text.</summary>
internal sealed record VerbatimShape(JsonElement Schema) : TypeShape;

/// <summary>true or false.</summary>
internal sealed record BooleanShape : TypeShape;

/// <summary>An integer within inclusive limits: those of its CLR type or narrower.</summary>
internal sealed record IntegerShape(BigInteger Minimum, BigInteger Maximum) : TypeShape;

/// <summary>A finite number.</summary>
/// <param name="ClrType"><see cref="Half"/>, <see cref="float"/>, <see cref="double"/> or <see cref="decimal"/>.</param>
internal sealed record NumberShape(Type ClrType) : TypeShape
{
    public NumberLimit? Minimum { get; init; }

    public NumberLimit? Maximum { get; init; }
}

/// <summary>One end of a number's range.</summary>
/// <param name="Text">The limit as a JSON number, exact as it was declared.</param>
/// <param name="Exclusive">Whether the limit itself is outside.</param>
internal readonly record struct NumberLimit(string Text, bool Exclusive);

/// <summary>A string, and every CLR type that is written as one.</summary>
/// <param name="ClrType">The CLR type: <see cref="string"/>, <see cref="Guid"/>, <see cref="TimeSpan"/> and so on.</param>
internal sealed record StringShape(Type ClrType) : TypeShape
{
    /// <summary>The least number of code points; 0 when there is no limit.</summary>
    public int MinLength { get; init; }

    public int? MaxLength { get; init; }

    /// <summary>An ECMA-262 pattern that is searched for, so that it carries its own anchors.</summary>
    public string? Pattern { get; init; }

    public string? Format { get; init; }
}

/// <summary>Bytes as a base64 string. Lengths count characters of the string.</summary>
internal sealed record BytesShape(Type ClrType) : TypeShape
{
    public int MinLength { get; init; }

    public int? MaxLength { get; init; }
}

/// <summary>An enumeration: its members as the serializer writes them, strings or (without a string converter) integers.</summary>
internal sealed record EnumShape(Type ClrType, IReadOnlyList<JsonElement> Values) : TypeShape;

/// <summary>The shape or null: <see cref="Nullable{T}"/>, or a reference annotated with <c>?</c>.</summary>
internal sealed record NullableShape(TypeShape Inner) : TypeShape;

/// <summary>A type that contains itself, by its definition.</summary>
internal sealed record ReferenceShape(TypeDefinition Target) : TypeShape;

/// <summary>A type that the walk entered; referred to when it is met again inside of itself.</summary>
internal sealed class TypeDefinition(Type type)
{
    public Type Type { get; } = type;

    /// <summary>The name under <c>$defs</c>, unless another type already took it.</summary>
    public string Name { get; } = TypeNames.Definition(type);

    /// <summary>The shape; set as soon as the walk leaves the type.</summary>
    public TypeShape? Shape { get; set; }

    /// <summary>Whether the type was met inside of itself.</summary>
    public bool IsRecursive { get; set; }
}
