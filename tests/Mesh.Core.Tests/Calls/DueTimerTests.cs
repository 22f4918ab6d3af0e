using Mesh.Contracts;

namespace Mesh.Core.Tests.Calls;

public sealed class DueTimerTests
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_ambient_where_it_is_first_set_does_not_stay_with_it(bool isSuppressed)
    {
        var fired = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = TimeProvider.System;
        var timer = new DueTimer(clock, () => fired.TrySetResult(Ambient.Value));
        Ambient.Value = "the first call";
        using (isSuppressed ? ExecutionContext.SuppressFlow() : default)
        {
            long now = clock.GetTimestamp();
            timer.Set(now + 1, now);
            Assert.Equal(isSuppressed, ExecutionContext.IsFlowSuppressed());
        }

        Assert.Null(await fired.Task.InTime());
    }
}
