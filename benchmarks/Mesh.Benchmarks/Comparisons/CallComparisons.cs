using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>A call with JSON in and out against an <c>AIFunction</c> of the same method.</summary>
internal sealed class CallJson() : Comparison("call.json", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var room = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        var function = new ForecastFunction();
        return await Rounds.CompareAsync(room.CallJsonAsync, function.CallJsonAsync).ConfigureAwait(false);
    }
}

/// <summary>What the same two allocate.</summary>
internal sealed class CallJsonBytes() : Comparison("call.json.bytes", "B")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var room = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        var function = new ForecastFunction();
        return new(
            await Rounds.AllocatedAsync(room.CallJsonAsync).ConfigureAwait(false),
            await Rounds.AllocatedAsync(function.CallJsonAsync).ConfigureAwait(false));
    }
}

/// <summary>A call with UTF-8 in and out against parsing, an <c>AIFunction</c>, and serialising.</summary>
internal sealed class CallUtf8() : Comparison("call.utf8", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var room = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        var function = new ForecastFunction();
        return await Rounds.CompareAsync(room.CallUtf8Async, function.CallUtf8Async).ConfigureAwait(false);
    }
}

/// <summary>A call with values through a prepared handle, by reference, against an <c>AIFunction</c> with values.</summary>
internal sealed class CallTyped() : Comparison("call.typed", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var room = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        var function = new ForecastFunction();
        return await Rounds.CompareAsync(room.CallTypedAsync, function.CallTypedAsync).ConfigureAwait(false);
    }
}
