using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.AspNetCore;

/// <summary>
/// What a message says of itself twice, for those who route it by its headers and for the server that reads its body: since
/// revision 2026-07-28 both must be there and say the same.
/// </summary>
internal static class McpHeaders
{
    public const string Session = "Mcp-Session-Id";
    public const string Revision = "MCP-Protocol-Version";

    private const string Method = "Mcp-Method";
    private const string Name = "Mcp-Name";
    private const string ParameterPrefix = "Mcp-Param-";
    private const string RevisionKey = "io.modelcontextprotocol/protocolVersion";
    private const string CapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
    private const string EncodedStart = "=?base64?";
    private const string EncodedEnd = "?=";

    /// <summary>What is wrong with the revision that the headers of a request name, or null for none, which is one with sessions.</summary>
    public static McpFailure? CheckRevision(string? revision) =>
        revision is null || McpHttpRevisions.IsKnown(revision) ? null : McpFailure.UnsupportedRevision(revision);

    /// <summary>What is wrong between the headers of a request and its body; null for nothing.</summary>
    /// <param name="headers">The headers.</param>
    /// <param name="revision">The revision that they name, or null.</param>
    /// <param name="message">The body.</param>
    public static McpFailure? Compare(IHeaderDictionary headers, string? revision, JsonRpcMessage message)
    {
        try
        {
            return CompareRead(headers, revision, message);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // Nodes of JSON are read when they are looked at, and only then say what is wrong with them.
            return McpFailure.Malformed("The body names one property twice, or has text that is none.");
        }
    }

    private static McpFailure? CompareRead(IHeaderDictionary headers, string? revision, JsonRpcMessage message)
    {
        var (method, parameters) = message switch
        {
            JsonRpcRequest request => (request.Method, request.Params as JsonObject),
            JsonRpcNotification notification => (notification.Method, notification.Params as JsonObject),
            _ => (null, null),
        };
        var meta = parameters?["_meta"] as JsonObject;
        string? inBody = Text(meta?[RevisionKey]);
        if (CheckRevision(revision) is { } unknown)
        {
            return unknown;
        }

        if (inBody is not null && !McpHttpRevisions.HasSessions(inBody) && inBody != revision)
        {
            return McpFailure.HeaderMismatch(revision is null
                ? $"The header {Revision} is missing, and the body says one."
                : $"The header {Revision} and the body name different revisions of the protocol.");
        }

        return McpHttpRevisions.HasSessions(revision) || method is null ? null
            : CompareNames(headers, method, parameters) ?? (message is JsonRpcRequest ? CheckMeta(meta, inBody, revision!) : null);
    }

    private static McpFailure? CompareNames(IHeaderDictionary headers, string method, JsonObject? parameters)
    {
        if (headers[Method] is not [{ } inHeader] || inHeader != method)
        {
            return McpFailure.HeaderMismatch($"The header {Method} has to be there once and name the method of the body.");
        }

        string? name = method switch
        {
            "tools/call" or "prompts/get" => Text(parameters?["name"]) ?? "",
            "resources/read" => Text(parameters?["uri"]) ?? "",
            "tasks/get" or "tasks/update" or "tasks/cancel" => Text(parameters?["taskId"]) ?? "",
            _ => null,
        };
        if (name is not null && (headers[Name] is not [{ } given] || Decode(given) != name))
        {
            return McpFailure.HeaderMismatch($"The header {Name} has to be there once and name what the body names; what is not plain ASCII as {EncodedStart}…{EncodedEnd}.");
        }

        return method == "tools/call" ? CheckParameters(headers) : null;
    }

    /// <summary>What the headers of parameters say is held against the tool's own schema, where that is known; here only whether they say anything.</summary>
    private static McpFailure? CheckParameters(IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
        {
            if (name.StartsWith(ParameterPrefix, StringComparison.OrdinalIgnoreCase) && (values is not [{ } value] || Decode(value) is null))
            {
                return McpFailure.HeaderMismatch($"A header {ParameterPrefix}… has to be there once; what is not plain ASCII as {EncodedStart}…{EncodedEnd}.");
            }
        }

        return null;
    }

    /// <summary>A header's value as it was meant; null where it is not there once.</summary>
    public static string? Read(IHeaderDictionary headers, string name) => headers[name] is [{ } value] ? Decode(value) : null;

    private static McpFailure? CheckMeta(JsonObject? meta, string? inBody, string revision) =>
        inBody is null ? McpFailure.Invalid($"The request does not say its revision of the protocol: _meta lacks '{RevisionKey}'.", McpErrorCode.InvalidParams)
        : inBody != revision ? McpFailure.HeaderMismatch($"The header {Revision} and the body name different revisions of the protocol.")
        : meta?[CapabilitiesKey] is not JsonObject ? McpFailure.Invalid($"The request does not say what its client can do: _meta lacks '{CapabilitiesKey}'.", McpErrorCode.InvalidParams)
        : null;

    /// <summary>A header's value as it was meant; null where it cannot be read.</summary>
    private static string? Decode(string value)
    {
        if (!value.StartsWith(EncodedStart, StringComparison.Ordinal) || !value.EndsWith(EncodedEnd, StringComparison.Ordinal) || value.Length < EncodedStart.Length + EncodedEnd.Length)
        {
            return value;
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(value[EncodedStart.Length..^EncodedEnd.Length]));
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
