namespace Mesh.Hosting;

/// <summary>
/// The doors of an application to its rooms, such as an HTTP endpoint: what an endpoint holds is disposed when the
/// application stops, before the rooms close. Thread-safe.
/// </summary>
public sealed class MeshEndpoints
{
    private readonly Lock _gate = new();
    private List<IAsyncDisposable>? _endpoints = [];

    /// <summary>Adds an endpoint, to be disposed with the rooms; the latest first.</summary>
    /// <param name="endpoint">What the endpoint holds.</param>
    /// <exception cref="ObjectDisposedException">The application is stopping.</exception>
    public void Add(IAsyncDisposable endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_endpoints is null, this);
            _endpoints.Add(endpoint);
        }
    }

    /// <summary>Closes all, whatever becomes of one.</summary>
    /// <param name="onFailed">Learns of one that failed.</param>
    /// <param name="cancellationToken">Cancelled when none is waited for any more.</param>
    internal async ValueTask CloseAsync(Action<Exception> onFailed, CancellationToken cancellationToken)
    {
        List<IAsyncDisposable>? endpoints;
        lock (_gate)
        {
            (endpoints, _endpoints) = (_endpoints, null);
        }

        endpoints?.Reverse();
        foreach (var endpoint in endpoints ?? [])
        {
            try
            {
                await endpoint.DisposeAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // The application has no more time: the rooms close all the same.
            }
            catch (Exception exception)
            {
                onFailed(exception);
            }
        }
    }
}
