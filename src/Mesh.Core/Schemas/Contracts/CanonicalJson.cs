using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// The one text of a JSON value, for hashes: names sorted by UTF-16 code units and strings escaped as RFC 8785 (JCS)
/// says, no white space, numbers exact. It differs from RFC 8785 in numbers that a double cannot hold: those keep all
/// their digits here, so that two different values never become one.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>Writes a value.</summary>
    public static byte[] Write(JsonElement value) => Write(value, static (json, output) => WriteValue(json, output));

    /// <summary>
    /// Writes a JSON Schema without its annotations <c>title</c> and <c>description</c>. Properties of these names, and
    /// what <c>const</c>, <c>enum</c>, <c>default</c> and <c>examples</c> hold, are data and stay.
    /// </summary>
    public static byte[] WriteSchema(JsonElement schema) => Write(schema, static (json, output) => WriteSchema(json, output));

    private static byte[] Write(JsonElement value, Action<JsonElement, IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> output = new();
        write(value, output);
        return output.WrittenSpan.ToArray();
    }

    private static void WriteValue(JsonElement value, IBufferWriter<byte> output)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(value, output, static (_, member, o) => WriteValue(member, o), static _ => true);
                break;
            case JsonValueKind.Array:
                WriteArray(value, output, WriteValue);
                break;
            case JsonValueKind.String:
                WriteString(value.GetString()!, output);
                break;
            case JsonValueKind.Number:
                WriteText(ExactNumber.Parse(value.GetRawText()).ToString(), output);
                break;
            default:
                WriteText(value.GetRawText(), output);
                break;
        }
    }

    private static void WriteSchema(JsonElement schema, IBufferWriter<byte> output)
    {
        if (schema.ValueKind == JsonValueKind.Object)
            WriteObject(schema, output, WriteKeyword, static name => name is not ("title" or "description"));
        else if (schema.ValueKind == JsonValueKind.Array)
            WriteArray(schema, output, WriteSchema);
        else
            WriteValue(schema, output);
    }

    private static void WriteKeyword(string keyword, JsonElement value, IBufferWriter<byte> output)
    {
        if (keyword is "const" or "enum" or "default" or "examples")
            WriteValue(value, output);
        else if (value.ValueKind == JsonValueKind.Object
            && keyword is "properties" or "patternProperties" or "dependentSchemas" or "$defs" or "definitions" or "dependencies")
            WriteObject(value, output, static (_, schema, o) => WriteSchema(schema, o), static _ => true);
        else
            WriteSchema(value, output);
    }

    private static void WriteObject(
        JsonElement value,
        IBufferWriter<byte> output,
        Action<string, JsonElement, IBufferWriter<byte>> writeMember,
        Func<string, bool> isKept)
    {
        WriteText("{", output);
        bool isFirst = true;
        foreach (JsonProperty member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            if (!isKept(member.Name))
                continue;
            if (!isFirst)
                WriteText(",", output);
            isFirst = false;
            WriteString(member.Name, output);
            WriteText(":", output);
            writeMember(member.Name, member.Value, output);
        }
        WriteText("}", output);
    }

    private static void WriteArray(JsonElement value, IBufferWriter<byte> output, Action<JsonElement, IBufferWriter<byte>> writeItem)
    {
        WriteText("[", output);
        bool isFirst = true;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (!isFirst)
                WriteText(",", output);
            isFirst = false;
            writeItem(item, output);
        }
        WriteText("]", output);
    }

    private static void WriteString(string text, IBufferWriter<byte> output)
    {
        StringBuilder escaped = new(text.Length + 2);
        escaped.Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append("\\\\"),
                '\b' => escaped.Append("\\b"),
                '\t' => escaped.Append("\\t"),
                '\n' => escaped.Append("\\n"),
                '\f' => escaped.Append("\\f"),
                '\r' => escaped.Append("\\r"),
                < ' ' => escaped.Append("\\u00").Append(((int)c).ToString("x2", null)),
                _ => escaped.Append(c),
            };
        }
        WriteText(escaped.Append('"').ToString(), output);
    }

    private static void WriteText(string text, IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(text, output);
}
