using System.Diagnostics.CodeAnalysis;

namespace Mesh.Architecture.Tests.PublicApi;

/// <summary>Types with one of each thing that an API text has to show.</summary>
public abstract class ApiExample<T> : IDisposable
    where T : class, new()
{
    public const string Word = "a\"b";

    protected ApiExample(int first, string? second = null) => (First, Second) = (first, second);

    private ApiExample()
    {
    }

    public int First { get; protected set; }

    public string? Second { get; init; }

    public required List<string?> Third { get; set; }

    protected internal virtual T? Fourth => null;

    internal int Hidden { get; set; }

    public event EventHandler? Happened;

    public int this[string key, int days = 3] => days;

    public abstract IAsyncEnumerable<T?> StreamAsync(CancellationToken cancellationToken = default);

    public TResult? Maybe<TResult>(TResult value, TResult? other) => other ?? value;

    [RequiresUnreferencedCode("Why.")]
    public Dictionary<string, (int, string?)?> Map<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] TKey>(
        in int a, ref string b, out object? c, params ReadOnlySpan<TKey> rest)
        where TKey : notnull
    {
        c = b + a + rest.Length + First;
        return [];
    }

    public bool TryGet([NotNullWhen(true)] out string? value, ApiKind kind = ApiKind.Two, TimeSpan? wait = null)
    {
        value = wait is null ? null : kind.ToString();
        return value is not null;
    }

    public sealed override string ToString() => "";

    public void Dispose()
    {
        Happened?.Invoke(this, EventArgs.Empty);
        GC.SuppressFinalize(this);
    }

    public sealed record Leaf(string Name) : IProgress<Leaf?>
    {
        public int? Count { get; init; }

        public void Report(Leaf? value) => _ = value;
    }
}

[Flags]
public enum ApiKind : byte
{
    Two = 2,
    One = 1,
}

public readonly record struct ApiValue(int? Number)
{
    public static implicit operator ApiValue(int number) => new(number);
}

public delegate Task<TResult?> ApiHandler<in TArgs, TResult>(TArgs args, Action<string?>? progress = null)
    where TArgs : struct
    where TResult : class?;

public interface IApiShape<TSelf>
    where TSelf : IApiShape<TSelf>
{
    static abstract TSelf Make();

    int Size { get; }

    int Twice() => 2 * Size;
}

public static class ApiExtensions
{
    public static string[]? Split(this string? text, char by = ',') => text?.Split(by);
}
