using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// One message as it crosses a connection: a header of JSON, a line feed, and the attachments one after the other.
/// Whatever is in a message that was read belongs to the message alone.
/// </summary>
internal sealed class WireMessage
{
    // The other side is a program, never a page: text stays as it is.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<ReadOnlyMemory<byte>> _attachments = [];

    public WireMessage(WireHeader header) => Header = header;

    /// <summary>Makes a message whose header refers to attachments.</summary>
    public WireMessage(Func<WireMessage, WireHeader> header) => Header = header(this);

    public WireHeader Header { get; }

    /// <summary>Attaches bytes; returns what the header calls them by.</summary>
    public int Attach(ReadOnlyMemory<byte> bytes)
    {
        _attachments.Add(bytes);
        return _attachments.Count - 1;
    }

    /// <exception cref="MeshException">There is no such attachment (<see cref="MeshErrorCode.ProtocolError"/>).</exception>
    public ReadOnlyMemory<byte> Attachment(int? index) => index is { } i && i >= 0 && i < _attachments.Count
        ? _attachments[i]
        : throw Malformed("it refers to an attachment that it does not have");

    public byte[] Encode()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            JsonSerializer.Serialize(
                writer,
                _attachments.Count == 0 ? Header : Header with { Attachments = [.. _attachments.Select(each => each.Length)] },
                WireJsonContext.Default.WireHeader);
        }

        buffer.Write("\n"u8);
        foreach (var attachment in _attachments)
        {
            buffer.Write(attachment.Span);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a message. It keeps the memory.</summary>
    /// <exception cref="MeshException">The message is malformed (<see cref="MeshErrorCode.ProtocolError"/>).</exception>
    public static WireMessage Decode(ReadOnlyMemory<byte> bytes)
    {
        int end = bytes.Span.IndexOf((byte)'\n');
        if (end < 0)
        {
            throw Malformed("it has no end of its header");
        }

        WireMessage message;
        try
        {
            message = new(JsonSerializer.Deserialize(bytes.Span[..end], WireJsonContext.Default.WireHeader) ?? throw new JsonException("The header is null."));
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw Malformed(exception.Message);
        }

        int position = end + 1;
        foreach (int length in message.Header.Attachments ?? [])
        {
            if (length < 0 || length > bytes.Length - position)
            {
                throw Malformed("an attachment is longer than the message");
            }

            message._attachments.Add(bytes.Slice(position, length));
            position += length;
        }

        return position == bytes.Length ? message : throw Malformed("there is more after its last attachment");
    }

    internal static MeshException Malformed(string reason) =>
        new(new MeshError(MeshErrorCode.ProtocolError, $"A message on a connection is malformed: {reason}."));
}
