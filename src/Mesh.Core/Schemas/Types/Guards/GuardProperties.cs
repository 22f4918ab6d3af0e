using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>A property that is written.</summary>
internal abstract class GuardProperty
{
    public abstract bool Accepts(object owner, ref GuardRun run);

    /// <summary>A <see cref="GuardPropertyFactory"/> for serializer metadata that was made by reflection.</summary>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static GuardProperty? Typed(JsonPropertyInfo property, GuardSlot slot)
    {
        if (property is not { ShouldSerialize: null, AttributeProvider: PropertyInfo { GetMethod: { } getter, DeclaringType: { IsValueType: false } owner } })
        {
            return null;
        }

        // A getter that somebody wrote may throw, and then there is no JSON either.
        bool isPlain = getter.IsDefined(typeof(CompilerGeneratedAttribute));
        var type = property.PropertyType;
        return isPlain && slot.Node.FixedCost is { } cost && type.IsValueType && Nullable.GetUnderlyingType(type) is null
            ? new FixedGuardProperty(cost)
            : (GuardProperty)Activator.CreateInstance(
                typeof(TypedGuardProperty<,>).MakeGenericType(owner, type),
                getter.CreateDelegate(typeof(Func<,>).MakeGenericType(owner, type)),
                slot,
                isPlain)!;
    }
}

/// <summary>A property that is always written and never refused: it need not be read.</summary>
internal sealed class FixedGuardProperty(int cost) : GuardProperty
{
    public int Cost => cost;

    public override bool Accepts(object owner, ref GuardRun run) => run.Charge(cost);
}

/// <summary>Makes the guard of a property that it can read without boxing its value; null for any other.</summary>
internal delegate GuardProperty? GuardPropertyFactory(JsonPropertyInfo property, GuardSlot slot);

/// <summary>A property that is always written, read by its own getter.</summary>
/// <param name="get">The getter.</param>
/// <param name="slot">What is demanded of the value.</param>
/// <param name="isPlain">Whether the compiler made the getter, so that it neither throws nor does anything else.</param>
internal sealed class TypedGuardProperty<TOwner, T>(Func<TOwner, T> get, GuardSlot slot, bool isPlain) : GuardProperty, IPlainText<TOwner>
    where TOwner : class
{
    private readonly GuardNode<T>? _typed = slot.Node as GuardNode<T>;

    public Func<TOwner, string?>? Getter => isPlain && slot.Node is StringGuard { IsPlain: true } ? get as Func<TOwner, string?> : null;

    public override bool Accepts(object owner, ref GuardRun run)
    {
        // A guard is given values of its type alone, and a cast in code that types share costs as much as the check.
        var value = get(Unsafe.As<TOwner>(owner));
        return _typed is not null && value is not null ? _typed.Accepts(value, ref run) : slot.Accepts(value, ref run);
    }
}

/// <summary>Any other property, read by the getter that the serializer uses.</summary>
internal sealed class MetadataGuardProperty(JsonPropertyInfo metadata, GuardSlot slot, bool isRequired) : GuardProperty
{
    private readonly Func<object, object?> _get = metadata.Get!;
    private readonly Func<object, object?, bool>? _isWritten = metadata.ShouldSerialize;

    public override bool Accepts(object owner, ref GuardRun run)
    {
        object? value = _get(owner);
        return _isWritten is not null && !_isWritten(owner, value) ? !isRequired : slot.Accepts(value, ref run);
    }
}
