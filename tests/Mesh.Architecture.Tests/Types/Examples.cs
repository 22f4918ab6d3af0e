using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Somebody.Else")]

namespace Mesh.Architecture.Tests.Types;

public class OpenClass;

public static class StaticClass;

public abstract record ClosedUnion
{
    private protected ClosedUnion()
    {
    }

    public sealed record Leaf : ClosedUnion;

    public abstract record Generic<T> : ClosedUnion
    {
        private protected Generic()
        {
        }

        public sealed record Twig : Generic<T>;
    }
}

public abstract record OpenUnion
{
    public sealed record Leaf : OpenUnion;
}

public abstract record UnionWithAnOpenCase
{
    private UnionWithAnOpenCase()
    {
    }

    public record Open : UnionWithAnOpenCase;
}

internal class InternalClass;

internal static class AsyncVoids
{
    public static async void Forgotten() => await Task.Yield();

    public static Action InALambda() => async () => await Task.Yield();

    public static async Task Awaited() => await Task.Yield();

    [UnconditionalSuppressMessage("Example", "None", Justification = "The rule must find it.")]
    public static void Silenced()
    {
    }
}
