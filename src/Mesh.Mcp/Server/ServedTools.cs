using System.Collections.Frozen;
using System.Text;
using McpTool = ModelContextProtocol.Protocol.Tool;

namespace Mesh.Mcp;

/// <summary>
/// The tools that one participant is served, as they are while neither the room nor its rights change. Immutable.
/// They are ordered by name, so that a page goes on where the one before ended whatever has changed in between.
/// </summary>
internal sealed class ServedTools
{
    private readonly FrozenDictionary<string, ServedTool> _byName;
    private readonly string[] _names;
    private readonly McpTool[] _newer;
    private readonly McpTool[] _older;

    public ServedTools(IEnumerable<ServedTool> tools, string? rules)
    {
        ServedTool[] sorted = [.. tools.OrderBy(static tool => tool.Name, StringComparer.Ordinal)];
        _byName = sorted.ToFrozenDictionary(static tool => tool.Name, StringComparer.Ordinal);
        _names = [.. sorted.Select(static tool => tool.Name)];
        _newer = [.. sorted.Select(static tool => tool.Newer)];
        _older = [.. sorted.Select(static tool => tool.Older)];
        Rules = rules;
    }

    /// <summary>What the toolkits say about their use; null where none does.</summary>
    public string? Rules { get; }

    public int Count => _names.Length;

    public ServedTool? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>One page of the list.</summary>
    /// <param name="cursor">Where the page before ended; null for the first.</param>
    /// <param name="size">How many tools a page has at most.</param>
    /// <param name="isNewer">Whether the revision is 2026-07-28 or later.</param>
    /// <returns>The tools, and where the next page begins; null where there is none. Null for a cursor that is none of ours.</returns>
    public (List<McpTool> Tools, string? Next)? GetPage(string? cursor, int size, bool isNewer)
    {
        int start = 0;
        if (cursor is not null)
        {
            if (ReadCursor(cursor) is not { } last)
            {
                return null;
            }

            int found = Array.BinarySearch(_names, last, StringComparer.Ordinal);
            start = found < 0 ? ~found : found + 1;
        }

        int count = Math.Min(size, _names.Length - start);
        var page = new List<McpTool>(count);
        page.AddRange((isNewer ? _newer : _older).AsSpan(start, count));
        return (page, start + count < _names.Length ? WriteCursor(_names[start + count - 1]) : null);
    }

    private static string WriteCursor(string name) => Convert.ToBase64String(Encoding.UTF8.GetBytes(name));

    private static string? ReadCursor(string cursor)
    {
        Span<byte> bytes = stackalloc byte[ToolNameTable.MaxLength * 3];
        return cursor.Length <= 4 * ToolNameTable.MaxLength && Convert.TryFromBase64String(cursor, bytes, out int length) && length > 0
            ? Encoding.UTF8.GetString(bytes[..length])
            : null;
    }
}
