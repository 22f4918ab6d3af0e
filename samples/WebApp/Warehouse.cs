using System.Collections.Concurrent;
using System.ComponentModel;
using Mesh;

namespace WebApp;

/// <summary>A service of the application; the tools of its rooms take it from there.</summary>
internal sealed class Warehouse
{
    private readonly ConcurrentDictionary<string, int> _items = new() { ["tea"] = 12, ["coffee"] = 3 };

    [Description("Lists what is in stock.")]
    public static IReadOnlyDictionary<string, int> List([FromHost] Warehouse warehouse) => warehouse._items;

    [Description("Orders more of an item.")]
    public static string Order([FromHost] Warehouse warehouse, CallContext call, string item, int count) => count is > 0 and <= 100
        ? $"{call.OnBehalfOf?.Name} has ordered: there will be {warehouse._items.AddOrUpdate(item, count, (_, before) => before + count)} of {item}."
        : throw new ToolException("An order is of 1 to 100.");
}
