using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Benchmarks.Scenes;

/// <summary>Listens to every span, with all its data, and to every measurement, until it is disposed.</summary>
internal sealed class TelemetryAudience : IDisposable
{
    private readonly ActivityListener _spans = new()
    {
        ShouldListenTo = source => source.Name == MeshDiagnostics.ActivitySourceName,
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        ActivityStopped = Sink.Take,
    };

    private readonly MeterListener _measurements = new()
    {
        InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MeshDiagnostics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        },
    };

    public TelemetryAudience()
    {
        _measurements.SetMeasurementEventCallback<double>((_, value, _, _) => Sink.Take(value));
        ActivitySource.AddActivityListener(_spans);
        _measurements.Start();
    }

    public void Dispose()
    {
        _spans.Dispose();
        _measurements.Dispose();
    }
}
