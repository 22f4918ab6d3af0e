using System.Globalization;

namespace Mesh.Agents;

/// <summary>
/// What a tool sends before its end, for a model that reads it at the end: the very same as a caller gets who asks for one response and does not
/// watch. Of very much the beginning is kept.
/// </summary>
internal sealed class SentOutput(int limit, bool isText)
{
    /// <summary>As much as hosts let one response have, by default.</summary>
    private const long MostKept = 16 * 1024 * 1024;

    private readonly List<ContentPart> _content = [];
    private readonly List<ContentPart> _items = [];
    private long _kept;
    private long _leftOut;
    private long _missed;

    public void Add(CallFrame frame)
    {
        switch (frame)
        {
            case ContentFrame content:
                Keep(_content, content.Part);
                break;
            case ChunkFrame chunk:
                Keep(_items, chunk.Item);
                break;
            case LaggedFrame lagged:
                _missed += lagged.Count;
                break;
        }
    }

    /// <summary>The result of the call, after what was sent before it.</summary>
    public object With(ToolResponse response)
    {
        if (_content.Count + _items.Count + _missed + _leftOut == 0)
        {
            return FunctionResults.ToContent(response, limit);
        }

        List<ContentPart> parts = [.. _content, .. Joined()];
        if (_missed > 0)
        {
            parts.Add(new TextPart(string.Create(CultureInfo.InvariantCulture, $"({_missed} items were missed)")));
        }

        if (_leftOut > 0)
        {
            parts.Add(new TextPart(string.Create(CultureInfo.InvariantCulture, $"({_leftOut} further parts are left out: it was too much)")));
        }

        return FunctionResults.ToContent([.. parts, .. response.Parts], limit);
    }

    private List<ContentPart> Joined() =>
        _items.Count == 0 || ContentPart.Join(_items) is not { } joined ? _items
        : isText && joined is JsonPart json && TextPieces.Join(json.Value) is { } text ? [new TextPart(text)]
        : [joined];

    private void Keep(List<ContentPart> kept, ContentPart part)
    {
        // What is empty takes room too, and there are no gaps in what is kept.
        long size = 1 + part switch
        {
            TextPart text => text.Text.Length,
            JsonPart json => json.Value.Utf8Span.Length,
            BytesPart bytes => bytes.Length ?? 0,
            _ => 0,
        };
        if (_leftOut > 0 || _kept + size > MostKept)
        {
            _leftOut++;
            return;
        }

        _kept += size;
        kept.Add(part);
    }
}
