using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>Joining and leaving a room that stays open, against a call in it.</summary>
internal sealed class RoomJoin() : Comparison("room.join", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var room = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(room.JoinAndLeaveAsync, room.CallJsonAsync).ConfigureAwait(false);
    }
}

/// <summary>Registering and withdrawing a tool beside ten thousand others, against the same beside ten.</summary>
internal sealed class RoomChurn() : Comparison("room.churn", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var crowded = await CrowdedRoom.OpenAsync(tools: 10_000).ConfigureAwait(false);
        await using var quiet = await CrowdedRoom.OpenAsync(tools: 10).ConfigureAwait(false);
        return await Rounds.CompareAsync(crowded.RegisterAndWithdrawAsync, quiet.RegisterAndWithdrawAsync).ConfigureAwait(false);
    }
}

/// <summary>What an idle room with two waiting subscribers takes in memory.</summary>
internal sealed class RoomIdleBytes() : Comparison("room.idle.bytes", "B")
{
    public override async Task<Figure> MeasureAsync() => new(await ChildProcess.RunAsync("idle-bytes").ConfigureAwait(false));
}

/// <summary>What ten thousand of them take of the processor in five seconds.</summary>
internal sealed class RoomIdleCpu() : Comparison("room.idle.cpu", "s")
{
    public override async Task<Figure> MeasureAsync() => new(await ChildProcess.RunAsync("idle-cpu").ConfigureAwait(false));
}
