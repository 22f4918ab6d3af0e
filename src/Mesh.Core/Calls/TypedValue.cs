using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// A value that goes through a call by reference: it is JSON for whoever looks at it as such, and is written only then.
/// Only values that nobody can change may be one, so that it does not matter when that is.
/// </summary>
/// <param name="passages">How it may get into a tool; null for a result, which has come out of one.</param>
internal abstract class TypedValue(PassageSource? passages)
{
    private byte[]? _utf8;

    /// <summary>
    /// The way on which the arguments of a call go into its tool; null when they go as JSON. Decided by the validate
    /// stage, anew for each attempt.
    /// </summary>
    public ToolPassage? Passage { get; private set; }

    /// <summary>The value as JSON text, the same each time.</summary>
    public ReadOnlyMemory<byte> ToUtf8() => _utf8 ??= Write();

    /// <summary>Lets the arguments of a call go by reference, if they satisfy the tool's schema and the tool takes them so.</summary>
    /// <param name="instance">What serves the call.</param>
    /// <param name="maxBytes">How large their JSON may be.</param>
    public bool TryPass(ToolInstance instance, int maxBytes)
    {
        Passage = passages?.Find(instance) is { } passage && passage.Accepts(this, maxBytes) ? passage : null;
        return Passage is not null;
    }

    protected abstract byte[] Write();
}

/// <summary>A value of a type that is known where it is used.</summary>
internal sealed class TypedValue<T>(T value, JsonTypeInfo<T> type, PassageSource? passages = null) : TypedValue(passages)
{
    public T Value { get; } = value;

    /// <summary>What it is written with. Only who would read its JSON with the same may take the value itself.</summary>
    public JsonTypeInfo<T> Type { get; } = type;

    protected override byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(Value, Type);
}
