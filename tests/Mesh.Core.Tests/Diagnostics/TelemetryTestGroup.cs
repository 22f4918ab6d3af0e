namespace Mesh.Core.Tests.Diagnostics;

/// <summary>Tests that listen run by themselves: whoever listens is told of all hosts of the process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TelemetryTestGroup
{
    public const string Name = "Telemetry";
}
