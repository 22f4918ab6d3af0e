using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Mesh.Mcp;

/// <summary>
/// Passes the progress of one call on to its caller, in order and at the caller's pace. Of what comes faster than that
/// the newest is kept, and values that go back are dropped.
/// </summary>
internal sealed class ProgressPump
{
    private const int Capacity = 64;

    private readonly Channel<ProgressFrame> _channel;
    private readonly Task _running;
    private double _last = double.NegativeInfinity;
    private bool _overran;

    public ProgressPump(CallContext context)
    {
        _channel = Channel.CreateBounded<ProgressFrame>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true },
            _ => _overran = true);
        _running = Task.Run(() => RunAsync(context));
    }

    /// <summary>The progress that a notification tells; null when it is malformed.</summary>
    public static ProgressFrame? Read(JsonNode parameters) =>
        parameters is JsonObject given && Number(given["progress"]) is { } value
            ? new(value, Number(given["total"]), given["message"] is JsonValue text && text.TryGetValue(out string? message) ? message : null)
            : null;

    /// <summary>Takes the next one; false when something was dropped for it, or it was itself.</summary>
    public bool TryAdd(ProgressFrame progress)
    {
        if (progress.Value < _last)
        {
            return false;
        }

        _last = progress.Value;
        _overran = false;
        return _channel.Writer.TryWrite(progress) && !_overran;
    }

    /// <summary>Waits until all of it is passed on, or the call has ended.</summary>
    public async ValueTask CompleteAsync()
    {
        _channel.Writer.TryComplete();
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync(CallContext context)
    {
        try
        {
            await foreach (var progress in _channel.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                await context.ReportProgressAsync(progress.Value, progress.Total, progress.Message).ConfigureAwait(false);
            }
        }
        catch (MeshException)
        {
            // The call is over, and nobody listens.
            _channel.Writer.TryComplete();
        }
    }

    private static double? Number(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out double number) && double.IsFinite(number) ? number : null;
}
