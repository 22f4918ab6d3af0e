using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>The input stream of a call on its way to the handler: every item is checked where it enters.</summary>
internal static class CallInput
{
    public static async IAsyncEnumerable<ContentPart> Checked(
        CallState call, IAsyncEnumerable<ContentPart> source, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, cancellationToken);
        await foreach (var item in source.WithCancellation(linked.Token).ConfigureAwait(false))
        {
            if (CallValidation.CheckInputItem(call, item) is { } error)
            {
                call.Abandon(error);
                throw new MeshException(error);
            }

            yield return item;
        }
    }
}

/// <summary>The input of a call whose caller streams nothing.</summary>
internal sealed class EmptyInput : IAsyncEnumerable<ContentPart>, IAsyncEnumerator<ContentPart>
{
    public static EmptyInput Instance { get; } = new();

    public ContentPart Current => throw new InvalidOperationException("The call has no input.");

    public IAsyncEnumerator<ContentPart> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

    public ValueTask<bool> MoveNextAsync() => new(false);

    public ValueTask DisposeAsync() => default;
}
