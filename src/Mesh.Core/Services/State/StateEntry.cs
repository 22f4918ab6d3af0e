using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>A key of a room's state with its value, as it was when it was read. Immutable. To find out whether one has
/// changed, compare versions.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value: any JSON. It owns its memory.</param>
/// <param name="Version">The version of the room's state that wrote it, from 1. It grows with every write to any key.</param>
public sealed record StateEntry(string Key, JsonPayload Value, long Version)
{
    /// <summary>Reads the value as a type.</summary>
    /// <param name="type">How to read it.</param>
    /// <typeparam name="T">The type.</typeparam>
    /// <exception cref="MeshException">The value cannot be read as the type (<see cref="MeshErrorCode.InvalidOutput"/>).</exception>
    public T? Read<T>(JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        try
        {
            return Value.Read(type);
        }
        catch (Exception exception)
        {
            throw ResponseReader.Unreadable(
                $"The value of state key '{Key}'", typeof(T), exception.Message, "Read it as what was written, or as JsonElement.", exception);
        }
    }

    /// <summary>Reads the value as a type, by reflection.</summary>
    /// <param name="options">How to read it; null for the defaults of a host.</param>
    /// <typeparam name="T">The type.</typeparam>
    /// <exception cref="MeshException">The value cannot be read as the type (<see cref="MeshErrorCode.InvalidOutput"/>).</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public T? Read<T>(JsonSerializerOptions? options = null) => Read((JsonTypeInfo<T>)(options ?? HostJson.Reflective).GetTypeInfo(typeof(T)));
}

/// <summary>A key of a room's state with its value read as a type.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Version">The version that wrote it, for <see cref="StateClient.UpdateAsync(string, JsonPayload, long, CancellationToken)"/>.</param>
/// <typeparam name="T">The type.</typeparam>
public sealed record StateEntry<T>(string Key, T? Value, long Version);

/// <summary>A part of a listing.</summary>
/// <param name="Entries">The entries, in the ordinal order of their keys; each as it was when it was looked at.</param>
/// <param name="Version">The version of the state before the page was read: a watch after it misses nothing that the page does not show.</param>
/// <param name="Cursor">Where the next page begins; null when there is none.</param>
public sealed record StatePage(IReadOnlyList<StateEntry> Entries, long Version, string? Cursor = null);

/// <summary>What became of a write.</summary>
/// <param name="IsDone">Whether it was done. False when the key did not have the expected version.</param>
/// <param name="Version">Of a write that was done: the version that it has made; 0 where there was nothing to delete. Else
/// the version that the key has, 0 when it is not there.</param>
public readonly record struct StateWriteResult(bool IsDone, long Version);
