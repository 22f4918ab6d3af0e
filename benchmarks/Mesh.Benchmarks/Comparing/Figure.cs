using System.Globalization;

namespace Mesh.Benchmarks.Comparing;

/// <summary>What was measured.</summary>
/// <param name="Ours">Our number.</param>
/// <param name="Peer">The number that it is held against; null where there is none.</param>
internal sealed record Figure(double Ours, double? Peer = null)
{
    /// <summary>The figure as one line of <c>compare</c>: id, ours, peer, unit, ratio.</summary>
    public string ToLine(Comparison comparison) => string.Join(
        '\t', comparison.Id, Text(Ours, "0.####"), Text(Peer, "0.####"), comparison.Unit, Text(Ours / Peer, "0.0000"));

    private static string Text(double? number, string format) => number?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
