using System.Text;

namespace Mesh.Mcp;

/// <summary>Pages of lists that are made anew for each request: a page goes on after the item that the one before ended with.</summary>
internal static class McpPage
{
    /// <summary>One page.</summary>
    /// <param name="items">All items, in a fixed order.</param>
    /// <param name="keyOf">What an item is known by.</param>
    /// <param name="cursor">Where the page before ended; null for the first.</param>
    /// <param name="size">How many items a page has at most.</param>
    /// <returns>The items, and the cursor of the next page, or null.</returns>
    public static (List<T> Items, string? Next) Of<T>(IReadOnlyList<T> items, Func<T, string> keyOf, string? cursor, int size)
    {
        int start = 0;
        if (cursor is not null)
        {
            string last = Read(cursor) ?? throw McpRequests.UnknownCursor();
            start = items.Select(keyOf).TakeWhile(key => key != last).Count() + 1;
            if (start > items.Count)
            {
                // The item has gone meanwhile, and with it the place in the list.
                throw McpRequests.UnknownCursor();
            }
        }

        var page = items.Skip(start).Take(size).ToList();
        return (page, start + page.Count < items.Count ? Convert.ToBase64String(Encoding.UTF8.GetBytes(keyOf(page[^1]))) : null);
    }

    private static string? Read(string cursor)
    {
        byte[] bytes = new byte[cursor.Length];
        return Convert.TryFromBase64String(cursor, bytes, out int length) ? Encoding.UTF8.GetString(bytes.AsSpan(0, length)) : null;
    }
}
