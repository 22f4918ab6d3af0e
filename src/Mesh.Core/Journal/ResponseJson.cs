using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mesh;

/// <summary>A tool's response as one JSON value, as <see cref="JournalPayload"/> describes it; bytes only by name, type and length.</summary>
internal static class ResponseJson
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The JSON; empty for a response without content.</summary>
    public static ReadOnlySpan<byte> Write(ToolResponse? response) => response switch
    {
        null or EmptyResponse => default,
        JsonResponse json => json.Value.Utf8Span,
        PassedCall passed => passed.ToJson().Value.Utf8Span,
        TextResponse text => Write(writer => writer.WriteStringValue(text.Text)),
        _ => Write(writer => WriteParts(response.Parts, writer)),
    };

    private static ReadOnlySpan<byte> Write(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output, Readable);
        write(writer);
        writer.Flush();
        return output.WrittenSpan;
    }

    private static void WriteParts(IReadOnlyList<ContentPart> parts, Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var part in parts)
        {
            writer.WriteStartObject();
            WritePart(part, writer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WritePart(ContentPart part, Utf8JsonWriter writer)
    {
        switch (part)
        {
            case TextPart text:
                writer.WriteString("text", text.Text);
                break;
            case JsonPart json:
                writer.WritePropertyName("json");
                writer.WriteRawValue(json.Value.Utf8Span, skipInputValidation: true);
                break;
            case BytesPart bytes:
                writer.WriteStartObject("bytes");
                WriteIfAny("name", bytes.Name, writer);
                writer.WriteString("mimeType", bytes.MimeType);
                writer.WriteNumber("length", bytes.Data.Length);
                writer.WriteEndObject();
                break;
            case LinkPart link:
                writer.WriteStartObject("link");
                writer.WriteString("uri", link.Uri.OriginalString);
                WriteIfAny("name", link.Name, writer);
                WriteIfAny("mimeType", link.MimeType, writer);
                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteIfAny(string name, string? value, Utf8JsonWriter writer)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
