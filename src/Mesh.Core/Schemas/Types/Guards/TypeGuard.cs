using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// Enforces on CLR values what validation would enforce on their JSON, without making that JSON: a value is accepted
/// exactly when the serializer writes it and the schema of its shape accepts what was written. Made from the same
/// <see cref="TypeShape"/> as the schema. Immutable; may be used by any number of threads at the same time.
/// </summary>
/// <remarks>
/// <para>It is stricter than that in one point: half of a surrogate pair is refused, where the serializer would silently
/// write U+FFFD for it. A value that is so large or so deep that a limit may matter, or that has parts whose JSON only a
/// converter knows, is serialised and validated; one of those that has a U+FFFD of its own is refused too.</para>
/// <para>A refusal gives no reason: who needs one serialises the value and has it validated.</para>
/// </remarks>
internal abstract class TypeGuard
{
    private protected TypeGuard(GuardSlot root, SerialisedGuard serialised, int maxDepth, int effort)
    {
        Root = root;
        Serialised = serialised;
        MaxDepth = maxDepth;
        // A validator may look at one and the same scalar several times.
        MaxSteps = GuardRun.MaxSteps / effort;
    }

    private protected GuardSlot Root { get; }

    private protected SerialisedGuard Serialised { get; }

    private protected int MaxDepth { get; }

    private protected int MaxSteps { get; }

    /// <summary>Whether a value of the type, or null, is accepted. What its getters throw means that it is not.</summary>
    /// <param name="value">The value.</param>
    /// <param name="maxBytes">How many bytes its JSON may have, where that is less than schemas accept.</param>
    public abstract bool Accepts(object? value, int maxBytes = int.MaxValue);

    /// <summary>Compiles the guard of a type whose values are known as such where it is called.</summary>
    /// <param name="shape">What <see cref="TypeShapeReader"/> read from <paramref name="type"/>, perhaps with rules of its place.</param>
    /// <param name="type">The metadata that the values are written with, and that their parts are read through.</param>
    /// <param name="forInput">Whether the values are held to the schema of input; otherwise to that of output.</param>
    /// <param name="properties">Reads properties without boxing their values, where it can; null to read all through the metadata.</param>
    /// <exception cref="MeshException"><see cref="MeshErrorCode.InvalidSchema"/>: a pattern cannot be run.</exception>
    public static TypeGuard<T> Compile<T>(TypeShape shape, JsonTypeInfo<T> type, bool forInput, GuardPropertyFactory? properties = null) =>
        Create<T>(shape, type, forInput, properties);

    /// <inheritdoc cref="Compile{T}(TypeShape, JsonTypeInfo{T}, bool, GuardPropertyFactory?)"/>
    public static TypeGuard Compile(TypeShape shape, JsonTypeInfo type, bool forInput, GuardPropertyFactory? properties = null) =>
        Create<object?>(shape, type, forInput, properties);

    private static TypeGuard<T> Create<T>(TypeShape shape, JsonTypeInfo type, bool forInput, GuardPropertyFactory? properties)
    {
        JsonSerializerOptions options = type.Options;
        GuardCompiler compiler = new(options, forInput, properties);
        GuardSlot root = compiler.Slot(shape, type.Type);
        // At the innermost levels the serializer's own limit depends on what stands there.
        int maxDepth = Math.Min(options.MaxDepth == 0 ? MeshJson.MaxDepth : options.MaxDepth, SchemaOptions.Default.MaxInstanceDepth) - 2;
        return new TypeGuard<T>(root, new SerialisedGuard(shape, type, forInput), maxDepth, compiler.Effort);
    }
}

/// <summary>A guard whose values have a type that is known where it is called.</summary>
internal sealed class TypeGuard<T> : TypeGuard
{
    private readonly GuardNode<T>? _typed;
    private readonly FlatGuard<T>? _flat;

    internal TypeGuard(GuardSlot root, SerialisedGuard serialised, int maxDepth, int effort)
        : base(root, serialised, maxDepth, effort)
    {
        _typed = root.Node as GuardNode<T>;
        _flat = maxDepth > 0 ? FlatGuard<T>.TryCreate(root.Node, MaxSteps) : null;
    }

    /// <inheritdoc/>
    public override bool Accepts(object? value, int maxBytes = int.MaxValue) =>
        value is T typed ? Accepts(typed, maxBytes) : value is null && default(T) is null && Accepts(default(T)!, maxBytes);

    /// <inheritdoc cref="TypeGuard.Accepts(object?, int)"/>
    public bool Accepts(T value, int maxBytes = int.MaxValue) =>
        _flat is not null && value is not null && _flat.Accepts(value, maxBytes) || AcceptsAny(value, maxBytes);

    private bool AcceptsAny(T value, int maxBytes)
    {
        GuardRun run = new(MaxDepth, Math.Min(MaxSteps, maxBytes));
        try
        {
            bool accepted = _typed is not null && value is not null ? _typed.Accepts(value, ref run) : Root.Accepts(value, ref run);
            return accepted && (!run.IsUndecided || Serialised.Accepts(value, maxBytes));
        }
        catch (Exception)
        {
            // Getters and enumerators are code of the user's, and serialising would have met the same exception.
            return false;
        }
    }
}
