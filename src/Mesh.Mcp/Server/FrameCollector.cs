using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Mesh.Mcp;

/// <summary>Gathers what a call sends, for a client that is given its result as one.</summary>
/// <param name="most">How many bytes at most.</param>
internal sealed class FrameCollector(long most)
{
    private readonly List<ContentPart> _content = [];
    private readonly List<ContentPart> _items = [];
    private long _bytes;
    private long _missing;

    /// <summary>How many items have come.</summary>
    public long Count => _items.Count;

    /// <summary>Takes a part before the result.</summary>
    /// <returns>False when it is too much.</returns>
    public bool TryAdd(CallFrame frame)
    {
        switch (frame)
        {
            case ContentFrame content:
                _content.Add(content.Part);
                return TryCount(content.Part);
            case ChunkFrame chunk:
                _items.Add(chunk.Item);
                return TryCount(chunk.Item);
            case LaggedFrame lagged:
                _missing += lagged.Count;
                return true;
            default:
                return true;
        }
    }

    /// <summary>All items as one JSON array; empty where they are bytes, or the tool streams none.</summary>
    public JsonPayload Items(ToolDefinition tool)
    {
        if (!tool.Streams || _items.Exists(static item => item is not (JsonPart or TextPart)))
        {
            return default;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        foreach (var item in _items)
        {
            if (item is TextPart text)
            {
                json.WriteStringValue(text.Text);
            }
            else
            {
                ((JsonPart)item).Value.WriteTo(json);
            }
        }

        json.WriteEndArray();
        json.Flush();
        return JsonPayload.FromUtf8(buffer.WrittenMemory);
    }

    /// <summary>The parts in order: content, the items as one, and what the call ended with.</summary>
    public IReadOnlyList<ContentPart> Parts(JsonPayload items, ToolResponse? response)
    {
        var parts = new List<ContentPart>(_content);
        if (_items.Count > 0)
        {
            parts.AddRange(Join(items));
        }

        if (_missing > 0)
        {
            parts.Add(new TextPart($"({_missing} items of the stream are missing: it was faster than its reader.)"));
        }

        parts.AddRange(response?.Parts ?? []);
        return parts;
    }

    /// <summary>Text is put together as it came, JSON is one array, bytes are one file; a mixture stays as it is.</summary>
    private List<ContentPart> Join(JsonPayload items)
    {
        if (_items.TrueForAll(static item => item is TextPart))
        {
            return [new TextPart(string.Concat(_items.Select(static item => ((TextPart)item).Text)))];
        }

        if (!_items.TrueForAll(static item => item is BytesPart))
        {
            return items.IsEmpty ? _items : [new JsonPart(items)];
        }

        var bytes = new ArrayBufferWriter<byte>();
        foreach (var part in _items.Cast<BytesPart>())
        {
            bytes.Write(part.Data.Span);
        }

        return [new BytesPart(bytes.WrittenMemory, ((BytesPart)_items[0]).MimeType) { Name = ((BytesPart)_items[0]).Name }];
    }

    private bool TryCount(ContentPart part)
    {
        _bytes += part switch
        {
            TextPart text => Encoding.UTF8.GetByteCount(text.Text),
            JsonPart json => json.Value.Length,
            BytesPart bytes => bytes.Data.Length,
            _ => 0,
        };
        return _bytes <= most;
    }
}
