using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>The input stream of a call on its way to the handler: every item is checked where it enters.</summary>
internal static class CallInput
{
    public static async IAsyncEnumerable<ContentPart> Checked(
        CallState call, IAsyncEnumerable<ContentPart> source, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, cancellationToken);
        await foreach (var item in Guarded(call, source, linked.Token).ConfigureAwait(false))
        {
            if (CallValidation.CheckInputItem(call, item) is { } error)
            {
                call.Abandon(error);
                throw new MeshException(error);
            }

            yield return item;
        }
    }

    /// <summary>What a call ends with whose caller's own input stream failed. Its exception stays with the caller's side.</summary>
    public static MeshError Failed(MeshHost host, Exception exception)
    {
        if (exception is MeshException { Error: var error })
        {
            return error;
        }

        host.ReportFault(new(MeshFaultKind.Host, "The input stream of a call failed.", exception));
        return new(MeshErrorCode.InvalidArguments, "The input stream that the caller sent failed before its end.")
        {
            Remedy = "The caller's side finds the reason in its fault handler.",
        };
    }

    private static async IAsyncEnumerable<ContentPart> Guarded(
        CallState call, IAsyncEnumerable<ContentPart> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = source.GetAsyncEnumerator(cancellationToken);
        await using (items.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    if (!await items.MoveNextAsync().ConfigureAwait(false))
                    {
                        yield break;
                    }
                }
                catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    var error = Failed(call.Host, exception);
                    call.Abandon(error);
                    throw new MeshException(error);
                }

                yield return items.Current;
            }
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
