using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// The one entrance for JSON into a room: no property twice, also when one is written with escapes; no number that a
/// double cannot hold; no half of a surrogate pair; not too deep, not too large. The first thing that is wrong is reported.
/// </summary>
internal static class JsonEntrance
{
    public const int DefaultMaxDepth = 64;

    public const int DefaultMaxBytes = 4 * 1024 * 1024;

    /// <summary>Checks an element that no schema describes.</summary>
    /// <returns>Null when it may enter; otherwise an error of code <see cref="MeshErrorCode.InvalidArguments"/> or
    /// <see cref="MeshErrorCode.TooLarge"/> that never shows a value.</returns>
    /// <exception cref="ArgumentException">The element has no value.</exception>
    public static MeshError? Check(JsonElement element, int maxDepth = DefaultMaxDepth, int maxBytes = DefaultMaxBytes)
    {
        if (element.ValueKind == JsonValueKind.Undefined)
            throw new ArgumentException("The element has no value.", nameof(element));
        return Check(JsonMarshal.GetRawUtf8Value(element), JsonRules.Entrance | JsonRules.Lenient, maxDepth, maxBytes);
    }

    /// <summary>Checks bytes that no schema describes. They must be one JSON value without comments.</summary>
    /// <inheritdoc cref="Check(JsonElement, int, int)"/>
    public static MeshError? Check(ReadOnlySpan<byte> utf8, int maxDepth = DefaultMaxDepth, int maxBytes = DefaultMaxBytes) =>
        Check(utf8, JsonRules.Entrance, maxDepth, maxBytes);

    /// <summary>Reads bytes from a wire.</summary>
    /// <returns>The document, to be disposed by the caller. It reads from <paramref name="utf8"/>, which must not change meanwhile.</returns>
    /// <exception cref="MeshException">With what <see cref="Check(ReadOnlySpan{byte}, int, int)"/> returns.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, int maxDepth = DefaultMaxDepth, int maxBytes = DefaultMaxBytes)
    {
        if (Check(utf8.Span, maxDepth, maxBytes) is { } error)
            throw new MeshException(error);
        return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = maxDepth });
    }

    private static MeshError? Check(ReadOnlySpan<byte> json, JsonRules rules, int maxDepth, int maxBytes)
    {
        if (json.Length > maxBytes)
            return Refuse(JsonFault.TooLarge, "");
        JsonScratch scratch = JsonScratch.Current;
        JsonTokenizer tokenizer = new(json, scratch, rules, maxDepth);
        JsonFault fault = tokenizer.Read();
        MeshError? error = fault == JsonFault.None ? null : Refuse(fault, tokenizer.FaultPath());
        scratch.Trim();
        return error;
    }

    private static MeshError Refuse(JsonFault fault, string path)
    {
        var violation = new SchemaViolation(path, "", fault.Keyword(), fault.Message());
        return new MeshError(fault == JsonFault.TooLarge ? MeshErrorCode.TooLarge : MeshErrorCode.InvalidArguments, $"The JSON is refused: {violation}.")
        {
            Details = ViolationDetails.Of([violation]),
        };
    }
}
