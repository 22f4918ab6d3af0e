using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>
/// The client of one request, where it wants to hear how the call goes: by progress notifications if it gave a token for them,
/// else by log messages if it asked for those. One thing after the other, so that they arrive in order.
/// </summary>
internal sealed class CallListener(McpServer client, ProgressToken? token, bool logs, string logger, TimeProvider clock, TimeSpan patience)
{
    private double _last = double.NegativeInfinity;
    private bool _reported;
    private bool _isGone;

    /// <summary>Progress that the tool reports itself. MCP wants it to grow: what does not is passed over.</summary>
    public Task ReportAsync(ProgressFrame frame, CancellationToken cancellationToken)
    {
        _reported = true;
        return SendAsync(frame.Value, frame.Total, frame.Message, cancellationToken);
    }

    /// <summary>An item of a stream: progress by one, until the tool reports its own.</summary>
    public Task ReportAsync(ContentPart item, long count, CancellationToken cancellationToken) =>
        _reported ? Task.CompletedTask : SendAsync(count, null, item switch
        {
            TextPart text => text.Text,
            JsonPart json => json.Value.ToString(),
            _ => null,
        }, cancellationToken);

    private Task SendAsync(double value, double? total, string? message, CancellationToken cancellationToken)
    {
        if (_isGone || token is null && (!logs || message is null) || token is not null && value <= _last)
        {
            return Task.CompletedTask;
        }

        _last = value;
        return TrySendAsync(
            token is { } to
                ? client.NotifyProgressAsync(to, new() { Progress = (float)value, Total = (float?)total, Message = message }, null, cancellationToken)
                : McpLog.SendAsync(client, McpLog.Info, logger, JsonValue.Create(message!), cancellationToken),
            cancellationToken);
    }

    /// <summary>A client that does not take what it is sent hears no more; the call goes on, and ends with its session.</summary>
    private async Task TrySendAsync(Task sending, CancellationToken cancellationToken)
    {
        try
        {
            await sending.WaitAsync(patience, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or IOException or InvalidOperationException or McpException)
        {
            _isGone = true;
        }
    }
}
