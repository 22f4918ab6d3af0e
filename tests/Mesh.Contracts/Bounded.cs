namespace Mesh.Contracts;

/// <summary>Waiting that ends: what a test waits for comes at once, or is a failure.</summary>
public static class Bounded
{
    /// <summary>How long any test waits for any one thing. It is never used up by a test that passes.</summary>
    public static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(30);

    public static Task InTime(this Task task) => task.WaitAsync(TestTimeout);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(TestTimeout);

    public static Task InTime(this ValueTask task) => task.AsTask().WaitAsync(TestTimeout);

    public static Task<T> InTime<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(TestTimeout);

    /// <summary>All of a stream that ends.</summary>
    public static async Task<IReadOnlyList<T>> ToListInTimeAsync<T>(this IAsyncEnumerable<T> stream)
    {
        var items = new List<T>();
        await using var reader = stream.GetAsyncEnumerator();
        while (await reader.MoveNextAsync().InTime())
        {
            items.Add(reader.Current);
        }

        return items;
    }

    /// <summary>The items of a stream up to the first that is looked for, and that one.</summary>
    public static async Task<IReadOnlyList<T>> TakeUntilAsync<T>(this IAsyncEnumerable<T> stream, Func<T, bool> isLast)
    {
        var items = new List<T>();
        await using var reader = stream.GetAsyncEnumerator();
        while (await reader.MoveNextAsync().InTime())
        {
            items.Add(reader.Current);
            if (isLast(reader.Current))
            {
                return items;
            }
        }

        return items;
    }
}

/// <summary>Something that happens once and that a test waits for.</summary>
public sealed class Signal
{
    private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsSet => _source.Task.IsCompleted;

    public void Set() => _source.TrySetResult();

    /// <summary>For a test: fails when it does not come in time.</summary>
    public Task InTime() => _source.Task.InTime();

    /// <summary>For a handler that keeps its call waiting; ends with the call.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _source.Task.WaitAsync(cancellationToken);

    /// <summary>
    /// For a handler that waits until it is cancelled, which sets this and ends it. A registration would be too late where what it waits for ends it first.
    /// </summary>
    public async Task SetWhenCancelledAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            Set();
        }
    }

    /// <summary>For a handler that does not listen to cancellation.</summary>
    public Task WaitStubbornlyAsync() => _source.Task;
}
