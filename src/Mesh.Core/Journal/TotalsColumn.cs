namespace Mesh;

/// <summary>Sums by one kind of name, of which only the first <see cref="JournalTotals.MostKeys"/> have one of their own. Not thread-safe.</summary>
internal sealed class TotalsColumn
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private string[] _names = new string[4];
    private Tally[] _sums = new Tally[4];

    public void Add(string? name, in Tally run)
    {
        name ??= JournalTotals.Others;
        if (!_places.TryGetValue(name, out int place))
        {
            name = _places.Count < JournalTotals.MostKeys ? name : JournalTotals.Others;
            if (!_places.TryGetValue(name, out place))
            {
                place = Add(name);
            }
        }

        _sums[place].Add(in run);
    }

    /// <summary>The sums as they are now. That takes no longer than copying them: names are only ever added.</summary>
    public Copy Take() => new(_names, _sums.AsSpan(0, _places.Count).ToArray());

    private int Add(string name)
    {
        int place = _places.Count;
        if (place == _names.Length)
        {
            Array.Resize(ref _names, 2 * place);
            Array.Resize(ref _sums, 2 * place);
        }

        _names[place] = name;
        _places.Add(name, place);
        return place;
    }

    /// <summary>Sums by name. Of the names only as many count as there are sums.</summary>
    public readonly struct Copy(string[] names, Tally[] sums)
    {
        public CallTotals Sum()
        {
            var sum = default(Tally);
            foreach (ref readonly var each in sums.AsSpan())
            {
                sum.Add(in each);
            }

            return sum.ToTotals();
        }

        public Dictionary<string, CallTotals> ToTotals()
        {
            var totals = new Dictionary<string, CallTotals>(sums.Length, StringComparer.Ordinal);
            for (int i = 0; i < sums.Length; i++)
            {
                totals.Add(names[i], sums[i].ToTotals());
            }

            return totals;
        }
    }
}
