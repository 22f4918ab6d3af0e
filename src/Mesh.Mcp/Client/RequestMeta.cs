using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// What the <c>_meta</c> of a request says besides the request: since 2026-07-28 each one carries revision, client and
/// capabilities, and in any revision the trace that it belongs to.
/// </summary>
internal sealed class RequestMeta
{
    private readonly string? _revision;
    private readonly JsonElement _client;
    private readonly JsonElement _capabilities;

    private RequestMeta(string? revision, JsonElement client, JsonElement capabilities) => (_revision, _client, _capabilities) = (revision, client, capabilities);

    /// <summary>Nothing but the trace.</summary>
    public static RequestMeta None { get; } = new(null, default, default);

    /// <summary>What a connected client says.</summary>
    public static RequestMeta For(McpClient client, McpClientOptions options) => string.CompareOrdinal(client.NegotiatedProtocolVersion, ChangeListener.Since) < 0
        ? None
        : new(
            client.NegotiatedProtocolVersion,
            JsonSerializer.SerializeToElement(options.ClientInfo!, McpClientJson.Of<Implementation>()),
            JsonSerializer.SerializeToElement(options.Capabilities ?? new(), McpClientJson.Of<ClientCapabilities>()));

    /// <summary>The <c>_meta</c> of a call; null where there is nothing to say.</summary>
    /// <param name="progressToken">The token of its progress; null for none.</param>
    public JsonObject? Write(long? progressToken)
    {
        if (progressToken is null && _revision is null && Activity.Current is null)
        {
            return null;
        }

        var meta = new JsonObject();
        if (progressToken is { } token)
        {
            meta["progressToken"] = token;
        }

        if (_revision is not null)
        {
            meta[MetaKeys.ProtocolVersion] = _revision;
            meta[MetaKeys.ClientInfo] = JsonObject.Create(_client);
            meta[MetaKeys.ClientCapabilities] = JsonObject.Create(_capabilities);
        }

        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } activity)
        {
            meta["traceparent"] = id;
            if (activity.TraceStateString is { Length: > 0 } state)
            {
                meta["tracestate"] = state;
            }
        }

        return meta;
    }
}
