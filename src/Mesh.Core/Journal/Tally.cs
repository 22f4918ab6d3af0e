namespace Mesh;

/// <summary>One running sum over calls, to be changed where it lies. Not thread-safe.</summary>
internal struct Tally
{
    private long _results;
    private long _errors;
    private long _cancelled;
    private long _unknown;
    private long _ticks;
    private long _bytesIn;
    private long _bytesOut;
    private CallUsage? _usage;

    public readonly bool IsEmpty => (_results | _errors | _cancelled | _unknown) == 0;

    public void Add(CallStatus status, long ticks, long bytesIn, long bytesOut, CallUsage? usage)
    {
        switch (status)
        {
            case CallStatus.Result:
                _results++;
                break;
            case CallStatus.Cancelled:
                _cancelled++;
                break;
            case CallStatus.Unknown:
                _unknown++;
                break;
            default:
                _errors++;
                break;
        }

        _ticks = Saturating.Add(_ticks, ticks);
        _bytesIn = Saturating.Add(_bytesIn, bytesIn);
        _bytesOut = Saturating.Add(_bytesOut, bytesOut);
        AddUsage(usage);
    }

    public void Add(in Tally other)
    {
        _results += other._results;
        _errors += other._errors;
        _cancelled += other._cancelled;
        _unknown += other._unknown;
        _ticks = Saturating.Add(_ticks, other._ticks);
        _bytesIn = Saturating.Add(_bytesIn, other._bytesIn);
        _bytesOut = Saturating.Add(_bytesOut, other._bytesOut);
        AddUsage(other._usage);
    }

    public readonly CallTotals ToTotals() => new()
    {
        Results = _results,
        Errors = _errors,
        Cancelled = _cancelled,
        Unknown = _unknown,
        Duration = TimeSpan.FromTicks(_ticks),
        BytesIn = _bytesIn,
        BytesOut = _bytesOut,
        InputTokens = _usage?.InputTokens ?? 0,
        OutputTokens = _usage?.OutputTokens ?? 0,
        Cost = _usage?.Cost ?? 0,
    };

    private void AddUsage(CallUsage? usage)
    {
        if (usage is not null)
        {
            _usage = _usage is null ? usage : usage.Sum(_usage);
        }
    }
}
