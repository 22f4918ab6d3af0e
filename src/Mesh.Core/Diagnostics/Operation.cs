using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Mesh;

/// <summary>
/// One kind of thing that is traced and timed, prepared: the name of its spans, what they begin with, its histogram and
/// that histogram's tags. Made once for each tool and each operation of a room.
/// </summary>
internal sealed class Operation
{
    // A tool may fail with codes of its own making; a histogram may not get a series for each.
    private const int MostErrorTypes = 50;

    private readonly Histogram<double> _duration;
    private readonly Tag[] _tags;
    private readonly ConcurrentDictionary<string, Tag[]> _failureTags = new(StringComparer.Ordinal);

    private Operation(string spanName, Tag[] spanTags, Histogram<double> duration, Tag[] tags, bool isKnown = true)
    {
        IsKnown = isKnown;
        SpanName = spanName;
        SpanTags = spanTags;
        _duration = duration;
        _tags = tags;
    }

    public static Operation Join { get; } = OfRoom(TelemetryNames.Join);

    public static Operation Leave { get; } = OfRoom(TelemetryNames.Leave);

    public static Operation Open { get; } = OfRoom(TelemetryNames.Open);

    public static Operation Retire { get; } = OfRoom(TelemetryNames.Retire);

    /// <summary>Low in cardinality, as backends group by it.</summary>
    public string SpanName { get; }

    /// <summary>What a sampler sees: present when the span is created.</summary>
    public IReadOnlyList<Tag> SpanTags { get; }

    /// <summary>Whether there is such a thing; false while it is only a name that a caller asks for.</summary>
    public bool IsKnown { get; }

    /// <summary>Whether it is the room's own doing, in place of a tool that somebody offers.</summary>
    public bool IsOfRoom => ReferenceEquals(_duration, MeshInstruments.RoomOperationDuration);

    /// <summary>Whether it is a call of an agent.</summary>
    public bool IsOfAgent => ReferenceEquals(_duration, MeshInstruments.InvokeAgentDuration);

    /// <summary>Calls of an agent.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isKnown">Whether there is such an agent, and it has a series of its own in the histogram.</param>
    public static Operation OfAgent(string name, bool isKnown = true) => new(
        $"{TelemetryNames.InvokeAgent} {name}",
        [new(TelemetryNames.OperationName, TelemetryNames.InvokeAgent), new(TelemetryNames.AgentName, name)],
        MeshInstruments.InvokeAgentDuration,
        [new(TelemetryNames.AgentName, isKnown ? name : TelemetryNames.Other)],
        isKnown);

    /// <summary>Calls of a tool.</summary>
    /// <param name="path"><c>toolkit/tool</c>.</param>
    /// <param name="isKnown">Whether there is such a tool, and it has a series of its own in the histogram.</param>
    public static Operation OfTool(string path, bool isKnown = true)
    {
        Tag type = new(TelemetryNames.ToolType, TelemetryNames.Function);
        return new(
            $"{TelemetryNames.ExecuteTool} {path}",
            [new(TelemetryNames.OperationName, TelemetryNames.ExecuteTool), new(TelemetryNames.ToolName, path), type],
            MeshInstruments.ExecuteToolDuration,
            [new(TelemetryNames.ToolName, isKnown ? path : TelemetryNames.Other), type],
            isKnown);
    }

    /// <summary>Something that a room does.</summary>
    public static Operation OfRoom(string name)
    {
        Tag[] tags = [new(TelemetryNames.RoomOperationName, name)];
        return new(name, tags, MeshInstruments.RoomOperationDuration, tags);
    }

    /// <summary>Takes one duration into the histogram.</summary>
    /// <param name="duration">How long it took.</param>
    /// <param name="errorType">What it failed with; null for success.</param>
    public void Record(TimeSpan duration, string? errorType)
    {
        if (_duration.Enabled)
        {
            _duration.Record(duration.TotalSeconds, errorType is null ? _tags : FailureTags(errorType));
        }
    }

    private Tag[] FailureTags(string errorType)
    {
        if (_failureTags.TryGetValue(errorType, out var tags))
        {
            return tags;
        }

        errorType = _failureTags.Count < MostErrorTypes ? errorType : TelemetryNames.Other;
        return _failureTags.GetOrAdd(errorType, type => [.. _tags, new(TelemetryNames.ErrorType, type)]);
    }
}
