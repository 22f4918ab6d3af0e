using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>
/// A 128-bit identifier of a call, a participant's life, a room session, a registration or an approval. Ids come from
/// the host's <see cref="IMeshIdSource"/>; by default they are random and cannot be guessed.
/// </summary>
/// <param name="High">The first 64 bits.</param>
/// <param name="Low">The last 64 bits.</param>
[JsonConverter(typeof(MeshIdJsonConverter))]
[JsonSchema("""{"type":"string","pattern":"^[0-9a-fA-F]{32}$"}""")]
public readonly record struct MeshId(ulong High, ulong Low)
{
    /// <summary>Whether this is the empty id, which no source hands out.</summary>
    public bool IsEmpty => (High | Low) == 0;

    /// <summary>Reads the 32 hexadecimal digits that <see cref="ToString"/> writes.</summary>
    /// <param name="text">The digits, in either case.</param>
    /// <param name="id">The id, or the empty id when the text is malformed.</param>
    /// <returns>Whether the text was well formed.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out MeshId id)
    {
        if (text.Length == 32
            && ulong.TryParse(text[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong high)
            && ulong.TryParse(text[16..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong low))
        {
            id = new MeshId(high, low);
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>32 lower-case hexadecimal digits, as a W3C trace id is written.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return Convert.ToHexStringLower(bytes);
    }
}

/// <summary>Writes a <see cref="MeshId"/> as its 32 hexadecimal digits.</summary>
internal sealed class MeshIdJsonConverter : JsonConverter<MeshId>
{
    public override MeshId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        MeshId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("An id is 32 hexadecimal digits.");

    public override void Write(Utf8JsonWriter writer, MeshId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
