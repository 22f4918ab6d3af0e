using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.AspNetCore;

/// <summary>Reads the message that a request brings.</summary>
internal static class McpBody
{
    private static readonly JsonTypeInfo<JsonRpcMessage> Message = (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    // As deep as the SDK reads, and a room's entrance too.
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 64, AllowMultipleValues = false };

    /// <summary>The one message of a body; else what is wrong with it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="most">How many bytes its body may have.</param>
    public static async ValueTask<(JsonRpcMessage? Message, McpFailure? Failure)> ReadAsync(HttpContext context, int most)
    {
        // The endpoint's own limit is the one that holds: the web server's is for all that it serves.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit && limit.MaxRequestBodySize < most)
        {
            limit.MaxRequestBodySize = most;
        }

        var body = context.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            if (read.Buffer.Length > most)
            {
                body.AdvanceTo(read.Buffer.End);
                return (null, McpFailure.Of(new(MeshErrorCode.TooLarge, $"The request has more than the {most} bytes that it may have.")
                {
                    Remedy = "Send less at once, or a link to it.",
                }));
            }

            if (read.IsCompleted)
            {
                var parsed = Parse(read.Buffer);
                body.AdvanceTo(read.Buffer.End);
                return parsed;
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static (JsonRpcMessage? Message, McpFailure? Failure) Parse(in ReadOnlySequence<byte> json)
    {
        var reader = new Utf8JsonReader(json, Strict);
        try
        {
            if (reader.Read() && reader.TokenType != JsonTokenType.StartObject)
            {
                return (null, McpFailure.Invalid(reader.TokenType == JsonTokenType.StartArray
                    ? "The body is an array: send each message in a request of its own."
                    : "The body is not a JSON-RPC message."));
            }

            var message = JsonSerializer.Deserialize(ref reader, Message);
            reader.Read();
            return message is null ? (null, McpFailure.Invalid("The body is not a JSON-RPC message.")) : (message, null);
        }
        catch (JsonException)
        {
            return (null, McpFailure.Malformed("The body is not a JSON-RPC message: it is no JSON, is nested too deep, or lacks what a message has."));
        }
    }
}
