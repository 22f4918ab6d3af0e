namespace Mesh.Benchmarks.Comparing;

/// <summary>One measured figure: a small class each, listed in <see cref="Comparisons.AllComparisons"/>.</summary>
/// <param name="id">The name under which it is asked for and printed.</param>
/// <param name="unit">What its numbers count.</param>
internal abstract class Comparison(string id, string unit)
{
    public string Id { get; } = id;

    public string Unit { get; } = unit;

    /// <summary>Sets the scene, measures, and tears it down again.</summary>
    public abstract Task<Figure> MeasureAsync();
}
