using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>Makes input streams for calls of tools that read one. They are read as the tool reads them, and once for each call.</summary>
public static class StreamedInput
{
    /// <summary>A stream of typed items.</summary>
    /// <param name="items">The items.</param>
    /// <param name="type">How to write an item.</param>
    /// <param name="cancellationToken">Ends the reading of the items; calls pass their own.</param>
    /// <typeparam name="T">The type of the items.</typeparam>
    public static async IAsyncEnumerable<ContentPart> FromItems<T>(
        IAsyncEnumerable<T> items, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return new JsonPart(JsonPayload.FromElement(JsonSerializer.SerializeToElement(item, type)));
        }
    }

    /// <summary>A stream of typed items, written by Mesh's default serializer options.</summary>
    /// <param name="items">The items.</param>
    /// <typeparam name="T">The type of the items.</typeparam>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static IAsyncEnumerable<ContentPart> FromItems<T>(IAsyncEnumerable<T> items) =>
        FromItems(items, (JsonTypeInfo<T>)HostJson.Reflective.GetTypeInfo(typeof(T)));

    /// <summary>A stream of bytes.</summary>
    /// <param name="chunks">The bytes; a chunk must stay unchanged until the next is asked for.</param>
    /// <param name="mimeType">Their media type.</param>
    /// <param name="cancellationToken">Ends the reading of the chunks; calls pass their own.</param>
    public static async IAsyncEnumerable<ContentPart> FromBytes(
        IAsyncEnumerable<ReadOnlyMemory<byte>> chunks,
        string mimeType = "application/octet-stream",
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var chunk in chunks.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return new BytesPart(chunk, mimeType);
        }
    }
}
