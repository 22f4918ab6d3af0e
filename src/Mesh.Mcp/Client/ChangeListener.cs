using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// Keeps a <c>subscriptions/listen</c> request open, on which a server of revision 2026-07-28 tells of changes. When the
/// server ends it, it is asked again; what may have changed meanwhile is looked up.
/// </summary>
internal sealed class ChangeListener(McpConnection connection)
{
    /// <summary>The first revision with subscriptions.</summary>
    public const string Since = "2026-07-28";

    private const string Method = "subscriptions/listen";

    /// <summary>How long the first acknowledgement is waited for; without one the tools are listed all the same.</summary>
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(5);

    private static readonly McpReconnectOptions Pace = new();

    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until no change can be missed any more, or it is clear that none will be told.</summary>
    public async Task ReadyAsync()
    {
        try
        {
            await Task.WhenAny(connection.Gate.Subscribed.Task, _settled.Task)
                .WaitAsync(ReadyTimeout, connection.Options.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It may still come; a change that falls between is announced by the next one.
        }
    }

    /// <summary>Listens until the connection ends, or the server says that it knows no such thing.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 1; !cancellationToken.IsCancellationRequested; attempt++)
        {
            long since = connection.Options.TimeProvider.GetTimestamp();
            try
            {
                var request = new JsonRpcRequest
                {
                    Id = new RequestId(connection.Gate.NewId()),
                    Method = Method,
                    Params = new JsonObject { ["notifications"] = new JsonObject { ["toolsListChanged"] = true } },
                };
                await connection.Client.SendRequestAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (McpProtocolException exception) when (exception.ErrorCode is McpErrorCode.MethodNotFound or McpErrorCode.InvalidParams)
            {
                break;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // The connection has ended, or this request alone: the one shows below, the other is tried again.
            }

            if (cancellationToken.IsCancellationRequested || connection.Ended.IsCompleted)
            {
                break;
            }

            // One that was open for a while has only come to its end.
            attempt = connection.Options.TimeProvider.GetElapsedTime(since) > Pace.LongestDelay ? 1 : attempt;
            try
            {
                await Task.Delay(Pace.DelayBefore(attempt, connection.Options.NextRandom()), connection.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            connection.Gate.OnToolsChanged?.Invoke();
        }

        _settled.TrySetResult();
    }
}
