using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh;

/// <summary>The activity source, the meter and its instruments: one set for all hosts of the process, as a meter is.</summary>
internal static class MeshInstruments
{
    private static readonly string? Version = typeof(MeshInstruments).Assembly.GetName().Version?.ToString(3);

    private static readonly Meter Meter = new(MeshDiagnostics.MeterName, Version);

    public static ActivitySource Source { get; } = new(MeshDiagnostics.ActivitySourceName, Version);

    public static Histogram<double> ExecuteToolDuration { get; } = Meter.CreateHistogram(
        TelemetryNames.ExecuteToolDuration,
        "s",
        "The duration of a single tool execution.",
        advice: Buckets(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92));

    public static Histogram<double> InvokeAgentDuration { get; } = Meter.CreateHistogram(
        TelemetryNames.InvokeAgentDuration,
        "s",
        "The duration of a single agent invocation.",
        advice: Buckets(0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6, 819.2));

    public static Histogram<double> RoomOperationDuration { get; } = Meter.CreateHistogram(
        TelemetryNames.RoomOperationDuration,
        "s",
        "The duration of what a room does itself: opening, joining, listing, registering, leaving, retiring.",
        advice: Buckets(0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30));

    public static Counter<long> DroppedEvents { get; } = Meter.CreateCounter<long>(
        TelemetryNames.DroppedEvents, "{event}", "Events that were overwritten before a slow reader came to them, counted for each reader.");

    private static Counter<long> Faults { get; } = Meter.CreateCounter<long>(
        TelemetryNames.Faults, "{fault}", "Failures of code that the host runs, as its fault handler is told them.");

    // Observed, not counted: the number is right whenever somebody starts to listen, and calls pay nothing for it.
    static MeshInstruments()
    {
        Meter.CreateObservableUpDownCounter(TelemetryNames.ActiveRooms, static () => LiveHosts.Count(static _ => 1), "{room}", "Rooms that are open.");
        Meter.CreateObservableUpDownCounter(
            TelemetryNames.ActiveParticipants, static () => LiveHosts.Count(static room => room.Info.ParticipantCount), "{participant}", "Participants in all rooms, without the rooms' services.");
        Meter.CreateObservableUpDownCounter(
            TelemetryNames.ActiveCalls, static () => LiveHosts.Count(static room => room.Members().Sum(member => member.ActiveCalls)), "{call}", "Calls that have begun and have not ended.");
    }

    /// <summary>Whether calls and operations of rooms are to be timed and traced at all. All that they cost while nobody listens.</summary>
    public static bool AreWatched => Source.HasListeners() || ExecuteToolDuration.Enabled || InvokeAgentDuration.Enabled || RoomOperationDuration.Enabled;

    /// <summary>Counts a failure that a host's fault handler is told.</summary>
    public static void CountFault(MeshFaultKind kind)
    {
        if (Faults.Enabled)
        {
            Faults.Add(1, new KeyValuePair<string, object?>(TelemetryNames.FaultKind, NameOf(kind)));
        }
    }

    /// <summary>Says that somebody's listener threw: a call, or a room, goes on without it.</summary>
    public static void ReportListener(MeshHost host, Exception exception) =>
        host.ReportFault(new(MeshFaultKind.Host, "A listener to traces or metrics threw.", exception));

    private static string NameOf(MeshFaultKind kind) => kind switch
    {
        MeshFaultKind.Handler => "handler",
        MeshFaultKind.Service => "service",
        MeshFaultKind.Journal => "journal",
        MeshFaultKind.Connection => "connection",
        MeshFaultKind.Host => "host",
        MeshFaultKind.Agent => "agent",
        _ => TelemetryNames.Other,
    };

    private static InstrumentAdvice<double> Buckets(params double[] boundaries) => new() { HistogramBucketBoundaries = boundaries };
}
