using System.Runtime.CompilerServices;

namespace Mesh.Contracts;

/// <summary>Streams for tools and callers to send.</summary>
public static class Streams
{
    /// <summary>Items one by one, none of them at once.</summary>
    public static async IAsyncEnumerable<T> Of<T>(params T[] items)
    {
        foreach (var item in items)
        {
            yield return item;
            await Task.Yield();
        }
    }

    /// <summary>The numbers from 0 up to a limit, as fast as they are read.</summary>
    public static async IAsyncEnumerable<int> CountAsync(int to, [EnumeratorCancellation] CancellationToken stop)
    {
        for (int i = 0; i < to; i++)
        {
            stop.ThrowIfCancellationRequested();
            yield return i;
        }

        await Task.CompletedTask;
    }
}
