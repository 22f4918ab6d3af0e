namespace Mesh;

/// <summary>How far one side of a connection may run ahead of the other, in items of one stream.</summary>
internal static class WireFlow
{
    /// <summary>What may be sent before the reader has asked for anything.</summary>
    public const int Window = 16;

    /// <summary>How many items are read before the sender is told that there is room for as many again.</summary>
    public const int Batch = 8;

    /// <summary>More than is left of any stream whose call has ended: what its writers had handed over before, and its end.</summary>
    public const int Rest = 1_000_000;
}
