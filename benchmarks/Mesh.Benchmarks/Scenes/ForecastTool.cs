namespace Mesh.Benchmarks.Scenes;

/// <summary>What the measured tool answers.</summary>
internal sealed record Forecast(string City, int Days, string Sky);

/// <summary>The arguments of the measured tool.</summary>
internal sealed record ForecastArguments(string City, int Days);

/// <summary>The measured tool.</summary>
internal static class ForecastTool
{
    public static readonly ToolAddress Address = new("weather/forecast");

    public static Forecast Forecast(string city, int days) => new(city, days, "sun");
}
