namespace Mesh.Architecture.Tests.PublicApi;

public sealed class ApiTextTests
{
    [Fact]
    public void A_class_shows_everything_its_users_can_reach() =>
        Assert.Equal(
            """
            public abstract class Mesh.Architecture.Tests.PublicApi.ApiExample<T> : IDisposable where T : class, new()
                const string Word = "a\"b"
                protected ApiExample(int first, string? second = null)
                int First { get; protected set; }
                protected virtual T? Fourth { get; }
                int this[string key, int days = 3] { get; }
                string? Second { get; init; }
                required List<string?> Third { get; set; }
                event EventHandler? Happened
                void Dispose()
                [RequiresUnreferencedCode] Dictionary<string, (int, string?)?> Map<[DynamicallyAccessedMembers(System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicMethods)] TKey>(in int a, ref string b, out object? c, params ReadOnlySpan<TKey> rest) where TKey : notnull
                TResult? Maybe<TResult>(TResult value, TResult? other)
                abstract IAsyncEnumerable<T?> StreamAsync(CancellationToken cancellationToken = default)
                sealed override string ToString()
                bool TryGet([NotNullWhen(true)] out string? value, ApiKind kind = ApiKind.Two, TimeSpan? wait = null)

            """,
            ApiText.Of(typeof(ApiExample<>)));

    [Fact]
    public void A_record_shows_what_was_written_and_not_what_the_compiler_adds() =>
        Assert.Equal(
            """
            public sealed record Mesh.Architecture.Tests.PublicApi.ApiExample<T>.Leaf : IProgress<ApiExample<T>.Leaf>
                Leaf(string Name)
                int? Count { get; init; }
                string Name { get; init; }
                void Report(ApiExample<T>.Leaf? value)

            """,
            ApiText.Of(typeof(ApiExample<>.Leaf)));

    [Fact]
    public void A_record_struct_shows_its_operators() =>
        Assert.Equal(
            """
            public readonly record struct Mesh.Architecture.Tests.PublicApi.ApiValue
                ApiValue(int? Number)
                int? Number { get; init; }
                static ApiValue op_Implicit(int number)

            """,
            ApiText.Of(typeof(ApiValue)));

    [Fact]
    public void An_enum_shows_its_values_in_order() =>
        Assert.Equal(
            """
            [Flags]
            public enum Mesh.Architecture.Tests.PublicApi.ApiKind : byte
                One = 1
                Two = 2

            """,
            ApiText.Of(typeof(ApiKind)));

    [Fact]
    public void A_delegate_shows_its_signature_variance_and_constraints() =>
        Assert.Equal(
            """
            public delegate Task<TResult?> Mesh.Architecture.Tests.PublicApi.ApiHandler<in TArgs, TResult>(TArgs args, Action<string?>? progress = null) where TArgs : struct where TResult : class?

            """,
            ApiText.Of(typeof(ApiHandler<,>)));

    [Fact]
    public void An_interface_shows_static_and_default_members() =>
        Assert.Equal(
            """
            public interface Mesh.Architecture.Tests.PublicApi.IApiShape<TSelf> where TSelf : IApiShape<TSelf>
                int Size { get; }
                static abstract TSelf Make()
                virtual int Twice()

            """,
            ApiText.Of(typeof(IApiShape<>)));

    [Fact]
    public void An_extension_method_shows_what_it_extends() =>
        Assert.Equal(
            """
            public static class Mesh.Architecture.Tests.PublicApi.ApiExtensions
                static string[]? Split(this string? text, char by = ',')

            """,
            ApiText.Of(typeof(ApiExtensions)));

    [Fact]
    public void An_assembly_shows_its_visible_types_alone()
    {
        string text = ApiText.Of(typeof(ApiTextTests).Assembly);

        Assert.Contains("class Mesh.Architecture.Tests.PublicApi.ApiTextTests", text, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(LineDiff), text, StringComparison.Ordinal);
        Assert.DoesNotContain("Hidden", text, StringComparison.Ordinal);
    }
}
