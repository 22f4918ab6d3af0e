using Microsoft.Extensions.Logging;

namespace Mesh.Hosting;

/// <summary>Hears of the host's faults: logs them, and remembers for the health check how many there were and when the last one was.</summary>
internal sealed class MeshFaults(ILoggerFactory loggers, TimeProvider clock)
{
    private readonly ILogger _log = loggers.CreateLogger(MeshLog.Category);
    private readonly long[] _counts = new long[Enum.GetValues<MeshFaultKind>().Length];
    private long _lastOfHost = long.MinValue;

    public void Take(MeshFault fault)
    {
        Interlocked.Increment(ref _counts[(int)fault.Kind]);
        if (fault.Kind is MeshFaultKind.Service or MeshFaultKind.Journal or MeshFaultKind.Host)
        {
            Volatile.Write(ref _lastOfHost, clock.GetTimestamp());
        }

        if (fault.Kind is MeshFaultKind.Handler or MeshFaultKind.Connection)
        {
            MeshLog.FaultOfParticipant(_log, fault.Kind, fault.Message, fault.CallId, fault.Exception);
        }
        else
        {
            MeshLog.FaultOfHost(_log, fault.Kind, fault.Message, fault.CallId, fault.Exception);
        }
    }

    public long CountOf(MeshFaultKind kind) => Interlocked.Read(ref _counts[(int)kind]);

    /// <summary>Whether within the time up to now something failed that belongs to the host itself: a service, the journal, its own code.</summary>
    public bool HostFailedWithin(TimeSpan time) =>
        Volatile.Read(ref _lastOfHost) is var last && last != long.MinValue && clock.GetElapsedTime(last) < time;
}
