using System.Globalization;
using System.Text;

namespace Mesh.Agents;

/// <summary>
/// What a tool has sent before its end, as text: of much, the beginning and the end are kept. Items of a stream become a JSON array,
/// unless they are text.
/// </summary>
internal sealed class SentOutput(int limit)
{
    private readonly StringBuilder _head = new();
    private readonly StringBuilder _tail = new();
    private long _leftOut;
    private long _bytes;
    private long _missed;
    private int _items;
    private bool _isArray;

    private int HeadLimit => limit * 2 / 3;

    private int TailLimit => limit - HeadLimit;

    public void Add(CallFrame frame)
    {
        switch (frame)
        {
            case ContentFrame content:
                Add(content.Part, isItem: false);
                break;
            case ChunkFrame chunk:
                Add(chunk.Item, isItem: true);
                break;
            case LaggedFrame lagged:
                _missed += lagged.Count;
                break;
        }
    }

    /// <summary>The result of the call, after what was sent before it.</summary>
    public object With(ToolResponse response)
    {
        if (_head.Length == 0 && _bytes == 0 && !_isArray)
        {
            return FunctionResults.ToContent(response, limit);
        }

        if (_isArray)
        {
            Append("]");
        }

        if (_bytes > 0)
        {
            Append(string.Create(CultureInfo.InvariantCulture, $"\n({_bytes} bytes, which are not shown)"));
        }

        if (_missed > 0)
        {
            Append(string.Create(CultureInfo.InvariantCulture, $"\n({_missed} items were missed)"));
        }

        if (response is not EmptyResponse)
        {
            Append($"\n{response}");
        }

        return _leftOut == 0 ? $"{_head}{_tail}" : string.Create(CultureInfo.InvariantCulture, $"{_head}\n[… {_leftOut} characters left out …]\n{_tail}");
    }

    private void Add(ContentPart part, bool isItem)
    {
        switch (part)
        {
            case TextPart text:
                Append(text.Text);
                break;
            case JsonPart json when isItem:
                Append(_items++ == 0 ? "[" : ",");
                _isArray = true;
                Append(json.Value.ToString());
                break;
            case JsonPart json:
                Append($"{json.Value}\n");
                break;
            case LinkPart link:
                Append($"{link.Uri}\n");
                break;
            case BytesPart bytes:
                _bytes += bytes.Data.Length;
                break;
        }
    }

    private void Append(string text)
    {
        int toHead = Math.Min(text.Length, HeadLimit - _head.Length);
        _head.Append(text, 0, Math.Max(0, toHead));
        if (toHead < text.Length)
        {
            _tail.Append(text, Math.Max(0, toHead), text.Length - Math.Max(0, toHead));
            int over = _tail.Length - TailLimit;
            if (over > 0)
            {
                over += over < _tail.Length && char.IsLowSurrogate(_tail[over]) ? 1 : 0;
                _tail.Remove(0, over);
                _leftOut += over;
            }
        }
    }
}
