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

    // Asked for when all have come.
    private ContentPart? Joined => field ??= ContentPart.Join(_items);

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
    public JsonPayload Items(ToolDefinition tool) => tool.Streams && Joined is JsonPart json ? json.Value : default;

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

    /// <summary>Text is put together as it came; for the rest, what cannot be joined stays as it is.</summary>
    private List<ContentPart> Join(JsonPayload items) =>
        _items.TrueForAll(static item => item is TextPart) ? [new TextPart(string.Concat(_items.Select(static item => ((TextPart)item).Text)))]
        : !items.IsEmpty ? [new JsonPart(items)]
        : Joined is BytesPart file ? [file]
        : _items;

    private bool TryCount(ContentPart part)
    {
        // What is empty is kept too.
        _bytes += Math.Max(1, part.Size);
        return _bytes <= most;
    }
}
