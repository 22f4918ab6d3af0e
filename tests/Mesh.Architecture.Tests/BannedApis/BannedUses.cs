namespace Mesh.Architecture.Tests.BannedApis;

/// <summary>What nobody may write in src, in the forms that hide it best. Nothing calls it; the rule must find it.</summary>
internal static class BannedUses
{
    public static void Writes() => Console.Out.Flush();

    public static void Sleeps() => Thread.Sleep(1);

    public static DateTime ReadsTheClock() => DateTime.UtcNow;

    public static async Task DelaysInAStateMachine(CancellationToken cancellationToken) =>
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);

    public static Func<Task> DelaysInALambda() => () => Task.Delay(1);

    public static CancellationTokenSource CancelsLater()
    {
        var source = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        source.CancelAfter(1);
        return source;
    }

    public static int Shares() => Random.Shared.Next();

    public static Func<Guid> HandsOver() => Guid.NewGuid;

    public static Task<T> WaitsForAResult<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(1));

    public static async Task TakesATimeProvider(TimeProvider time, CancellationToken cancellationToken)
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
        await Task.CompletedTask.WaitAsync(TimeSpan.FromSeconds(1), time, cancellationToken);
    }
}
