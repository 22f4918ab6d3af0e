using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>Makes calls in the room and turns how they end into MCP's results.</summary>
/// <param name="room">The room.</param>
/// <param name="mostBytes">How much is gathered of what a call sends.</param>
internal sealed class RoomCalls(RoomClient room, long mostBytes)
{
    /// <summary>Calls a tool for its result, and hands on what it tells while it runs.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">The arguments as they came.</param>
    /// <param name="options">The call's options.</param>
    /// <param name="listener">Who listens while it runs; null where nobody does.</param>
    /// <param name="round">The call, where it outlives the request that it came in, and its listener changes; null where it does not.</param>
    /// <param name="isNewer">Whether the revision is 2026-07-28 or later.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<CallToolResult> InvokeAsync(
        ServedTool tool,
        JsonPayload arguments,
        CallOptions options,
        CallListener? listener,
        RoundCall? round,
        bool isNewer,
        CancellationToken cancellationToken) =>
        listener is not null || tool.Definition.Streams
            ? new(StreamAsync(tool, arguments, options, listener, round, isNewer, cancellationToken))
            : InvokeAsync(tool, arguments, options, isNewer, cancellationToken);

    private async ValueTask<CallToolResult> InvokeAsync(
        ServedTool tool, JsonPayload arguments, CallOptions options, bool isNewer, CancellationToken cancellationToken)
    {
        var outcome = await room.Toolkits.TryInvokeAsync(tool.Address, arguments, options, null, cancellationToken).ConfigureAwait(false);
        if (outcome.IsResult)
        {
            return tool.ToResult(outcome.Response, isNewer);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Fail(outcome.Error, outcome.Response?.Parts, isNewer);
    }

    private async Task<CallToolResult> StreamAsync(
        ServedTool tool, JsonPayload arguments, CallOptions options, CallListener? listener, RoundCall? round, bool isNewer, CancellationToken cancellationToken)
    {
        var collected = new FrameCollector(mostBytes);
        await foreach (var frame in room.Toolkits.StreamAsync(tool.Address, arguments, options, null, cancellationToken).ConfigureAwait(false))
        {
            var reader = round is null ? listener : round.Listener;
            switch (frame)
            {
                case ResultFrame result:
                    var items = collected.Items(tool.Definition);
                    return tool.ToResult(collected.Parts(items, result.Response), items, isNewer);
                case ErrorFrame failed:
                    return Fail(failed.Error, collected.Parts(collected.Items(tool.Definition), null), isNewer);
                case ProgressFrame progress:
                    round?.Report(progress);
                    await (reader?.ReportAsync(progress, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
                    break;
                default:
                    if (!collected.TryAdd(frame))
                    {
                        return McpErrors.ToResult(TooLarge(tool));
                    }

                    if (frame is ChunkFrame chunk && reader is not null)
                    {
                        await reader.ReportAsync(chunk.Item, collected.Count, cancellationToken).ConfigureAwait(false);
                    }

                    break;
            }
        }

        // A stream ends with a result or an error; what ended without is over for its caller.
        return McpErrors.ToResult(new MeshError(MeshErrorCode.Unavailable, $"Tool '{tool.Address}': the call ended without a result.") { Retryable = true });
    }

    private MeshError TooLarge(ServedTool tool) =>
        new(MeshErrorCode.TooLarge, $"Tool '{tool.Address}': the stream has more than {mostBytes} bytes.")
        {
            Remedy = "Ask for less of it.",
        };

    /// <summary>
    /// A failure as a result; since 2026-07-28 as an error of the protocol where the call cannot do without something that
    /// the client has not declared.
    /// </summary>
    /// <exception cref="MissingRequiredClientCapabilityException">That is why it failed.</exception>
    private static CallToolResult Fail(MeshError error, IEnumerable<ContentPart>? parts, bool isNewer)
    {
        if (isNewer && error.Details is { ValueKind: JsonValueKind.Object } details && details.TryGetProperty(ClientMeansNames.Required, out var required)
            && required.ValueKind == JsonValueKind.Object)
        {
            var type = (JsonTypeInfo<ClientCapabilities>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ClientCapabilities));
            throw new MissingRequiredClientCapabilityException(required.Deserialize(type)!, McpErrors.ToText(error));
        }

        return McpErrors.ToResult(error, parts);
    }
}
