using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>Reads responses and the items of streams as what a caller asked for.</summary>
internal static class ResponseReader
{
    public static T Read<T>(ToolResponse response, JsonTypeInfo<T> type, ToolAddress tool) => response switch
    {
        T same => same,
        TextResponse { Text: T text } => text,
        FileResponse file when typeof(T) == typeof(byte[]) => (T)(object)file.File.Data.ToArray(),
        FileResponse { File.Data: T memory } => memory,
        EmptyResponse when default(T) is null => default!,
        _ => Deserialize(Json(response, tool), type, tool),
    };

    public static T Read<T>(ContentPart part, JsonTypeInfo<T> type, ToolAddress tool) => part switch
    {
        T same => same,
        TextPart { Text: T text } => text,
        BytesPart bytes when typeof(T) == typeof(byte[]) => (T)(object)bytes.Data.ToArray(),
        BytesPart { Data: T memory } => memory,
        TextPart text => Deserialize(JsonPayload.FromText(text.Text), type, tool),
        JsonPart json => Deserialize(json.Value, type, tool),
        _ => throw Unreadable(tool, typeof(T), "it is not JSON", null),
    };

    /// <summary>The items of a stream, or the one result of a tool that does not stream; what else there is is passed over.</summary>
    /// <exception cref="MeshException">Thrown by reading, after the items that came, when the call fails.</exception>
    public static async IAsyncEnumerable<T> ReadItemsAsync<T>(
        IAsyncEnumerable<CallFrame> frames, JsonTypeInfo<T> type, ToolAddress tool, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        bool hasItems = false;
        await foreach (var frame in frames.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (frame is ChunkFrame chunk)
            {
                hasItems = true;
                yield return Read(chunk.Item, type, tool);
            }
            else if (frame is ResultFrame { Response: not EmptyResponse } result && !hasItems)
            {
                yield return Read(result.Response, type, tool);
            }
            else if (frame is ErrorFrame error)
            {
                throw new MeshException(error.Error);
            }
        }
    }

    /// <summary>The one JSON value of a response.</summary>
    public static JsonPayload Json(ToolResponse response, ToolAddress tool) => response switch
    {
        JsonResponse json => json.Value,
        TextResponse text => JsonPayload.FromText(text.Text),
        EmptyResponse => JsonPayload.FromUtf8("null"u8.ToArray()),
        ContentResponse { Parts: [.., JsonPart json] } => json.Value,
        _ => throw Unreadable(tool, typeof(JsonElement), "it is not JSON", null),
    };

    private static T Deserialize<T>(JsonPayload json, JsonTypeInfo<T> type, ToolAddress tool)
    {
        try
        {
            return json.Read(type)!;
        }
        catch (Exception exception)
        {
            throw Unreadable(tool, typeof(T), exception.Message, exception);
        }
    }

    private static MeshException Unreadable(ToolAddress tool, Type type, string reason, Exception? exception) => Unreadable(
        $"{tool.Label}: the result", type, reason, "Ask for the type that the tool's output schema describes, or for ToolResponse.", exception);

    /// <summary>What is said where JSON cannot be read as a type: of whatever the serializer, or the type's own code, throws.</summary>
    /// <param name="what">What cannot be read, as the beginning of a sentence.</param>
    /// <param name="type">The type.</param>
    /// <param name="reason">Why.</param>
    /// <param name="remedy">What to do.</param>
    /// <param name="exception">What was thrown, or null.</param>
    public static MeshException Unreadable(string what, Type type, string reason, string remedy, Exception? exception) =>
        new(new MeshError(MeshErrorCode.InvalidOutput, $"{what} cannot be read as {type.Name}: {reason}") { Remedy = remedy }, exception);
}
