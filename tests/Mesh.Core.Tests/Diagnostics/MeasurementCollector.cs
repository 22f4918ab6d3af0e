using System.Diagnostics.Metrics;
using System.Globalization;

namespace Mesh.Core.Tests.Diagnostics;

/// <summary>Collects what the meter measures while it lives, as text: instrument, value where it is a count, tags.</summary>
internal sealed class MeasurementCollector : IDisposable
{
    private readonly List<string> _seen = [];
    private readonly MeterListener _listener = new();

    public MeasurementCollector(params string[] instruments)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MeshDiagnostics.MeterName && instruments.Contains(instrument.Name))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument.Name, tags, value < 0 ? $"{value}" : ""));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument.Name, tags, string.Create(CultureInfo.InvariantCulture, $" {value}")));
        _listener.Start();
    }

    /// <summary>What was measured since the last time, in order; observable instruments are asked now.</summary>
    public string[] Take()
    {
        _listener.RecordObservableInstruments();
        lock (_seen)
        {
            string[] seen = [.. _seen];
            _seen.Clear();
            return seen;
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(string instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags, string value)
    {
        var text = $"{instrument}{value}";
        foreach (var (name, tag) in tags)
        {
            text += $" {name}={tag}";
        }

        lock (_seen)
        {
            _seen.Add(text);
        }
    }
}
