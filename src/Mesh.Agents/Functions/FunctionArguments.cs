using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>The arguments that a client of a model has read, on their way to a call and back.</summary>
internal static class FunctionArguments
{
    [ThreadStatic]
    private static Scratch? _scratch;

    /// <summary>The JSON object of given arguments. It owns its memory.</summary>
    /// <exception cref="JsonException">A value is of a type that cannot be written.</exception>
    public static JsonPayload ToPayload(IEnumerable<KeyValuePair<string, object?>>? arguments)
    {
        if (arguments is null)
        {
            return default;
        }

        // Written for every call of every model: the writer is kept, what it has written is not.
        var scratch = _scratch ?? new Scratch();
        _scratch = null;
        scratch.Begin();
        var json = scratch.Json;
        json.WriteStartObject();
        if (arguments is Dictionary<string, object?> dictionary)
        {
            // What clients give; its enumerator is no object.
            foreach (var (name, value) in dictionary)
            {
                json.WritePropertyName(name);
                Write(json, value);
            }
        }
        else
        {
            foreach (var (name, value) in arguments)
            {
                json.WritePropertyName(name);
                Write(json, value);
            }
        }

        json.WriteEndObject();
        byte[] written = scratch.End();
        _scratch = scratch.IsSmall ? scratch : null;
        return JsonPayload.FromUtf8(written);
    }

    /// <summary>The arguments as a client of a model has them.</summary>
    /// <param name="arguments">A JSON object, or undefined for none.</param>
    public static Dictionary<string, object?>? FromElement(JsonElement arguments)
    {
        if (arguments.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var read = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var each in arguments.EnumerateObject())
        {
            read[each.Name] = each.Value.Clone();
        }

        return read;
    }

    /// <summary>The text of the arguments, to tell two calls apart; empty where they cannot be written.</summary>
    public static string ToText(IEnumerable<KeyValuePair<string, object?>>? arguments)
    {
        try
        {
            return ToPayload(arguments).ToString();
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case JsonElement { ValueKind: JsonValueKind.Undefined }:
                json.WriteNullValue();
                break;
            case JsonElement { ValueKind: not (JsonValueKind.Object or JsonValueKind.Array) } scalar:
                // As it was read: no need to unescape a string, and to escape it again.
                json.WriteRawValue(JsonMarshal.GetRawUtf8Value(scalar), skipInputValidation: true);
                break;
            case JsonElement element:
                element.WriteTo(json);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case JsonNode node:
                node.WriteTo(json);
                break;
            default:
                WriteOther(json, value);
                break;
        }
    }

    private static void WriteOther(Utf8JsonWriter json, object value)
    {
        try
        {
            JsonSerializer.Serialize(json, value, AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType()));
        }
        catch (Exception exception) when (exception is NotSupportedException or ArgumentException or InvalidOperationException)
        {
            throw new JsonException($"An argument of type {value.GetType()} cannot be written as JSON.", exception);
        }
    }

    /// <summary>A writer and its buffer.</summary>
    private sealed class Scratch
    {
        private const int MostKept = 16_384;

        private readonly ArrayBufferWriter<byte> _buffer = new(256);

        public Scratch() => Json = new(_buffer, new JsonWriterOptions { SkipValidation = true });

        public Utf8JsonWriter Json { get; }

        public bool IsSmall => _buffer.Capacity <= MostKept;

        public void Begin()
        {
            _buffer.ResetWrittenCount();
            Json.Reset(_buffer);
        }

        /// <summary>UTF-8: a call answers in the form in which it was asked, and a model reads text.</summary>
        public byte[] End()
        {
            Json.Flush();
            return _buffer.WrittenSpan.ToArray();
        }
    }
}
