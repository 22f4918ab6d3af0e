namespace Mesh.Mcp;

/// <summary>
/// Keeps a server from keeping its client busy or waiting. The SDK takes a stream up again whenever it ends, as soon and as
/// often as the server has said, and waits for ever for the answer to the end of a session.
/// </summary>
internal sealed class BoundedRequests(HttpMessageHandler inner, TimeProvider time) : DelegatingHandler(inner)
{
    /// <summary>The time between two streams that are taken up, whatever the server has said.</summary>
    public static readonly TimeSpan BetweenStreams = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the server may take to end a session.</summary>
    public static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(5);

    private const string LastEventId = "Last-Event-ID";

    private long _last = time.GetTimestamp() - time.TimestampFrequency;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Delete)
        {
            return await EndAsync(request, cancellationToken).ConfigureAwait(false);
        }

        if (request.Method == HttpMethod.Get && request.Headers.Contains(LastEventId))
        {
            // Several streams at once are each as slow as this, and need not wait for one another.
            long now = time.GetTimestamp();
            if (time.GetElapsedTime(Interlocked.Exchange(ref _last, now), now) < BetweenStreams)
            {
                await Task.Delay(BetweenStreams, time, cancellationToken).ConfigureAwait(false);
            }
        }

        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> EndAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(EndTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await base.SendAsync(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new HttpRequestException(HttpRequestError.Unknown, "The server did not end the session in time.");
        }
    }
}
