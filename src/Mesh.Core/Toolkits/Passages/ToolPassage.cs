using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// A way on which values of one type go into a tool, and its results out of it, without JSON. Its guards stand for the
/// tool's schemas: it exists only where tool, schemas and values are described by the same metadata. Immutable.
/// </summary>
internal abstract class ToolPassage
{
    /// <summary>Whether arguments satisfy the tool's input schema.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="maxBytes">How large their JSON may be.</param>
    public abstract bool Accepts(TypedArguments arguments, int maxBytes);

    /// <summary>The tool's method, called with the arguments of the call; null for a tool that reads the value itself.</summary>
    public abstract MethodCall? Method { get; }

    /// <summary>Lets a result go by reference, if it satisfies the tool's output schema.</summary>
    /// <param name="result">What the tool returned.</param>
    /// <param name="maxBytes">How large its JSON may be.</param>
    /// <returns>Null when it goes as JSON, and is checked as such.</returns>
    public abstract TypedResponse? Pass(object result, int maxBytes);

    /// <summary>Lets an item of a stream go by reference, if it satisfies the tool's chunk schema.</summary>
    /// <param name="item">The item.</param>
    /// <param name="maxBytes">How large its JSON may be.</param>
    /// <returns>Null when it goes as JSON, and is checked as such.</returns>
    public abstract TypedChunk? PassItem(object item, int maxBytes);
}

/// <summary>Where the calls of one handle find their passage into whichever tool serves them.</summary>
internal abstract class PassageSource
{
    private Resolved? _resolved;

    /// <summary>What the address of the calls led to the last time, unless something was registered or withdrawn since.</summary>
    public ToolInstance? Recall(ToolRegistry tools)
    {
        var resolved = _resolved;
        return resolved is not null && resolved.Tools == tools && resolved.Version == tools.Version ? resolved.Instance : null;
    }

    /// <param name="tools">The registry.</param>
    /// <param name="version">The version of the registry before it was asked.</param>
    /// <param name="instance">What it answered.</param>
    public void Remember(ToolRegistry tools, int version, ToolInstance instance) => _resolved = new(tools, version, instance);

    /// <summary>The passage; null when there is none.</summary>
    public abstract ToolPassage? Find(ToolInstance instance);

    private sealed record Resolved(ToolRegistry Tools, int Version, ToolInstance Instance);
}

/// <summary>The same for arguments of a type that is known where it is used.</summary>
/// <param name="type">What they are written with where they go as JSON.</param>
internal abstract class PassageSource<T>(JsonTypeInfo<T> type) : PassageSource
{
    /// <summary>Writes the arguments as JSON.</summary>
    public virtual byte[] Write(T value) => JsonSerializer.SerializeToUtf8Bytes(value, type);
}
