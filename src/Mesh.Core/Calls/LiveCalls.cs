namespace Mesh;

/// <summary>
/// The calls of one room that did not end at once. Each takes a slot in a table, where nothing ties it to another: calls that
/// come and go on several processors would otherwise wait for one another's memory. Who looks for some of them, which is
/// seldom, looks at all. Thread-safe.
/// </summary>
internal struct LiveCalls
{
    private Slots? _newest;

    /// <summary>Adds a call. A full fence: what has ended calls before either is seen by who adds it afterwards, or has found it.</summary>
    public void Add(CallLife life)
    {
        var slots = Volatile.Read(ref _newest);
        while (slots is null || !slots.TryAdd(life))
        {
            Interlocked.CompareExchange(ref _newest, new Slots(slots), slots);
            slots = Volatile.Read(ref _newest);
        }
    }

    /// <summary>All of them, in no order, found while they are read. A full fence: whoever adds one later sees what was done before.</summary>
    public readonly IEnumerable<CallLife> All()
    {
        Interlocked.MemoryBarrier();
        return Slots.From(Volatile.Read(in _newest));
    }

    /// <summary>A table of one size. When it is crowded a larger one takes its place, and it stays for the calls that it has.</summary>
    internal sealed class Slots(Slots? older)
    {
        private const int FirstLength = 32;

        /// <summary>After so many taken slots in a row it is looked whether the table is crowded.</summary>
        private const int ManySteps = 16;

        private readonly Slots? _older = older;
        private readonly CallLife?[] _calls = new CallLife?[older is null ? FirstLength : 2 * older._calls.Length];

        /// <summary>False when the table is crowded.</summary>
        public bool TryAdd(CallLife life)
        {
            // Ids are random: most calls find a free slot at first try.
            int first = (int)life.Call.Request.Id.Low;
            for (int step = 0; step < _calls.Length && (step != ManySteps || !IsCrowded()); step++)
            {
                int index = (first + step) & (_calls.Length - 1);
                if (_calls[index] is null && Interlocked.CompareExchange(ref _calls[index], life, null) is null)
                {
                    life.SetPlace(this, index);
                    return true;
                }
            }

            return false;
        }

        /// <summary>Frees the slot of a call, which calls this once.</summary>
        public void Free(int index) => Volatile.Write(ref _calls[index], null);

        /// <summary>The calls of a table and of those before it.</summary>
        public static IEnumerable<CallLife> From(Slots? newest)
        {
            for (var slots = newest; slots is not null; slots = slots._older)
            {
                for (int i = 0; i < slots._calls.Length; i++)
                {
                    if (Volatile.Read(ref slots._calls[i]) is { } life)
                    {
                        yield return life;
                    }
                }
            }
        }

        private bool IsCrowded()
        {
            int taken = 0;
            foreach (var life in _calls)
            {
                taken += life is null ? 0 : 1;
            }

            return taken > _calls.Length / 2;
        }
    }
}
