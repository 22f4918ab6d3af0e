using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// The rounds of a call: since 2026-07-28 a server that wants to know something ends the request, and gets the answer with
/// another one.
/// </summary>
internal static class CallRounds
{
    private const int Most = 10;

    /// <summary>Sends a request, and further ones as long as the server asks for something.</summary>
    /// <exception cref="McpException">The server has answered with an error, or asks without end.</exception>
    public static async Task<JsonNode?> RunAsync(RunningCall call, McpConnection connection, ITransport wire, string method, JsonObject parameters)
    {
        for (int round = 1; ; round++)
        {
            var answer = await call.SendRoundAsync(wire, method, parameters).ConfigureAwait(false);
            if (answer is JsonRpcError { Error: var error })
            {
                throw new McpProtocolException(error.Message, (McpErrorCode)error.Code);
            }

            var result = ((JsonRpcResponse)answer).Result;
            if (!AsksForInput(result))
            {
                return result;
            }

            if (round == Most)
            {
                throw new McpException($"The server has asked for input {Most} times.");
            }

            parameters = await NextAsync(connection, parameters, McpClientJson.Read(result, McpClientJson.Of<InputRequiredResult>()), call.Context.CancellationToken).ConfigureAwait(false);
            call.BeginRound();
        }
    }

    private static bool AsksForInput(JsonNode? result) =>
        result is JsonObject given && given.TryGetPropertyValue("resultType", out var type)
        && type is JsonValue value && value.TryGetValue(out string? text) && text == "input_required";

    /// <summary>The same request once more, with the answers and the server's own state.</summary>
    private static async Task<JsonObject> NextAsync(McpConnection connection, JsonObject parameters, InputRequiredResult asked, CancellationToken cancellationToken)
    {
        if (asked is { InputRequests: null or { Count: 0 }, RequestState: null })
        {
            throw new McpException("The server asks for input without saying which.");
        }

        var next = parameters.DeepClone().AsObject();
        next.Remove("requestState");
        next.Remove("inputResponses");
        if (asked.InputRequests is { Count: > 0 } requests)
        {
            var responses = await connection.Client.ResolveInputRequestsAsync(requests, cancellationToken).ConfigureAwait(false);
            next["inputResponses"] = JsonSerializer.SerializeToNode(responses, McpClientJson.Of<IDictionary<string, InputResponse>>());
        }

        if (asked.RequestState is { } state)
        {
            next["requestState"] = state;
        }

        return next;
    }
}
