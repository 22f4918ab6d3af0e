using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mesh.Benchmarks.Scenes;

/// <summary>Takes results, so that none of the work that made them can be left out.</summary>
internal static class Sink
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Take(JsonElement result)
    {
        if (result.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidOperationException("The measured tool answers with an object.");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Take(Forecast result)
    {
        if (result.Days != 3)
        {
            throw new InvalidOperationException("The measured tool answers for three days.");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Take(ReadOnlyMemory<byte> result)
    {
        if (result.Span[0] != '{')
        {
            throw new InvalidOperationException("The measured tool answers with an object.");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Take(Activity span)
    {
        if (span.Status == ActivityStatusCode.Error)
        {
            throw new InvalidOperationException("No measured call fails.");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Take(double seconds)
    {
        if (seconds < 0)
        {
            throw new InvalidOperationException("Nothing takes less than no time.");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TakeAnswer(bool isAsExpected)
    {
        if (!isAsExpected)
        {
            throw new InvalidOperationException("The measured schema did not answer as its instance demands.");
        }
    }
}
