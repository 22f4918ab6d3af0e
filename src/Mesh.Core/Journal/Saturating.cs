namespace Mesh;

/// <summary>Sums of amounts that are never negative, which end at the largest value instead of going round or throwing.</summary>
internal static class Saturating
{
    public static long Add(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    public static decimal Add(decimal a, decimal b) => a > decimal.MaxValue - b ? decimal.MaxValue : a + b;
}
