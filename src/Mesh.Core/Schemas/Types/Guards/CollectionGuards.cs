using System.Collections;
using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>An array, list or set.</summary>
internal sealed class ArrayGuard(ArrayShape shape, GuardSlot item) : GuardNode
{
    private readonly bool _comparesItems = ComparesItems(shape.Item);

    public override bool Accepts(object value, ref GuardRun run)
    {
        if (value is not IEnumerable items)
            return run.LeaveUndecided();
        if (!run.TryEnter(8))
            return true;
        int count = 0;
        HashSet<object?>? seen = shape.Unique ? [] : null;
        foreach (object? element in items)
        {
            count++;
            if (!run.TrySpend(4))
                return true;
            if (!item.Accepts(element, ref run) || seen is not null && _comparesItems && !seen.Add(element))
                return false;
        }
        run.Leave();
        if (shape.Unique && !_comparesItems && count > 1)
            run.LeaveUndecided();
        return count >= shape.MinItems && count <= (shape.MaxItems ?? int.MaxValue);
    }

    // Only of these values is it certain that those which differ are written differently, and the other way round.
    private static bool ComparesItems(TypeShape item) => item switch
    {
        NullableShape nullable => ComparesItems(nullable.Inner),
        StringShape text => text.ClrType == typeof(string) || text.ClrType == typeof(char) || text.ClrType == typeof(Guid),
        _ => item is IntegerShape or NumberShape or BooleanShape,
    };
}

/// <summary>A dictionary.</summary>
internal sealed class DictionaryGuard(DictionaryShape shape, EnumGuard? names, GuardSlot value) : GuardNode
{
    private static readonly StringRules Text = new(new StringShape(typeof(string)));

    public override bool Accepts(object dictionary, ref GuardRun run)
    {
        if (dictionary is not IDictionary entries)
            return run.LeaveUndecided();
        if (!run.TryEnter(8))
            return true;
        int count = 0;
        // A dictionary with a comparer of its own may hold what is one name in JSON several times.
        HashSet<object>? seen = entries.Count > 1 ? [] : null;
        foreach (DictionaryEntry entry in entries)
        {
            count++;
            if (!run.TrySpend(64))
                return true;
            if (!AcceptsName(entry.Key, ref run) || seen is not null && !seen.Add(entry.Key) || !value.Accepts(entry.Value, ref run))
                return false;
        }
        run.Leave();
        return count >= shape.MinProperties && count <= (shape.MaxProperties ?? int.MaxValue);
    }

    // Every integer and every Guid is a name.
    private bool AcceptsName(object key, ref GuardRun run) => key is string text
        ? Text.Accept(text, ref run)
        : names is null || names.Accepts(key, ref run);
}

/// <summary>A tuple.</summary>
internal sealed class TupleGuard(GuardSlot[] items) : GuardNode
{
    public override bool Accepts(object value, ref GuardRun run)
    {
        if (!run.TryEnter(8))
            return true;
        ITuple tuple = (ITuple)value;
        for (int i = 0; i < items.Length; i++)
        {
            if (!items[i].Accepts(tuple[i], ref run))
                return false;
        }
        run.Leave();
        return true;
    }
}
