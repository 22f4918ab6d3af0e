using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>
/// Arguments that go through a call by reference: they are JSON for whoever looks at them as such, and are written only
/// then. Only values that nobody can change may be, so that it does not matter when that is.
/// </summary>
/// <param name="passages">How they may get into a tool.</param>
internal abstract class TypedArguments(PassageSource passages)
{
    private byte[]? _utf8;

    /// <summary>
    /// The way on which they go into the tool; null when they go as JSON. Decided by the validate stage, anew for each
    /// attempt.
    /// </summary>
    public ToolPassage? Passage { get; private set; }

    /// <summary>What the handle of the call remembers of its tool.</summary>
    public PassageSource Passages => passages;

    /// <summary>The arguments as JSON text, the same each time.</summary>
    public ReadOnlyMemory<byte> ToUtf8() => _utf8 ??= Write();

    /// <summary>Lets them go by reference, if they satisfy the tool's schema and the tool takes them so.</summary>
    /// <param name="instance">What serves the call.</param>
    /// <param name="maxBytes">How large their JSON may be.</param>
    public bool TryPass(ToolInstance instance, int maxBytes)
    {
        Passage = passages.Find(instance) is { } passage && passage.Accepts(this, maxBytes) ? passage : null;
        return Passage is not null;
    }

    protected abstract byte[] Write();
}

/// <summary>Arguments of a type that is known where they are used.</summary>
internal sealed class TypedArguments<T>(T value, PassageSource<T> passages) : TypedArguments(passages)
{
    public T Value { get; } = value;

    /// <summary>
    /// The arguments by their type, for a passage, which is found by that type and given no others. No cast: in code that
    /// types share, three of them cost a call as much as its guard.
    /// </summary>
    public static TypedArguments<T> Of(TypedArguments arguments)
    {
        Debug.Assert(arguments is TypedArguments<T>, "A passage takes the arguments that it was found for.");
        return Unsafe.As<TypedArguments<T>>(arguments);
    }

    protected override byte[] Write() => ((PassageSource<T>)Passages).Write(Value);
}
