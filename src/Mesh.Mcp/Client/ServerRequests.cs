using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// Answers what a server asks in the middle of a call: a question to a person, or the use of a model. It belongs to the
/// call in whose flow it is asked; where the server asks outside of any flow, as the older revisions have it, to the only
/// call in flight, or to none.
/// </summary>
internal sealed class ServerRequests(McpToolkitOptions options, McpQuestionHandler questions)
{
    /// <summary>How the SDK's client is to present itself.</summary>
    public McpClientOptions ClientOptions(McpConnection connection)
    {
        var handlers = new McpClientHandlers
        {
            ElicitationHandler = (request, token) => AskAsync(connection, request, token),
        };
        if (options.Sampling is { } sampling)
        {
            handlers.SamplingHandler = (request, _, token) => SampleAsync(connection, sampling, request, token);
        }

        return new()
        {
            ClientInfo = new() { Name = options.ClientName, Version = options.ClientVersion },
            ProtocolVersion = options.ProtocolVersion,
            TimeProvider = options.TimeProvider,
            InitializationTimeout = options.ConnectTimeout,

            // A slow start is no sign of an older server: those answer with an error.
            DiscoverProbeTimeout = options.ConnectTimeout / 2,
            Capabilities = new() { Elicitation = new() { Form = new() } },
            Handlers = handlers,
        };
    }

    private async ValueTask<ElicitResult> AskAsync(McpConnection connection, ElicitRequestParams? request, CancellationToken cancellationToken)
    {
        if (request is null || request.Url is not null || FindCall(connection) is not { } call)
        {
            // Nobody can tell whom to ask: a question that is put to the wrong person is worse than none.
            return new() { Action = "cancel" };
        }

        JsonElement? schema = request.RequestedSchema is null ? null
            : JsonSerializer.SerializeToElement(request, McpClientJson.ElicitRequestParams).GetProperty("requestedSchema");
        var question = new McpQuestion(connection.Name, call.Tool.Name, request.Message, schema, call.Context);
        var answer = await call.RunWithinAsync(() => questions(question, cancellationToken).AsTask()).ConfigureAwait(false);
        return new()
        {
            Action = answer.Action switch { McpAnswerAction.Accept => "accept", McpAnswerAction.Decline => "decline", _ => "cancel" },
            Content = answer.Content is { ValueKind: JsonValueKind.Object } content
                ? content.EnumerateObject().ToDictionary(static each => each.Name, static each => each.Value.Clone(), StringComparer.Ordinal)
                : null,
        };
    }

    private static async ValueTask<CreateMessageResult> SampleAsync(
        McpConnection connection, McpSamplingHandler sampling, CreateMessageRequestParams? request, CancellationToken cancellationToken)
    {
        var parameters = JsonSerializer.SerializeToElement(request ?? throw new JsonException("Sampling without parameters."), McpClientJson.Of<CreateMessageRequestParams>());
        var call = FindCall(connection);
        var result = call is null
            ? await sampling(parameters, null, cancellationToken).ConfigureAwait(false)
            : await call.RunWithinAsync(() => sampling(parameters, call.Context, cancellationToken).AsTask()).ConfigureAwait(false);
        return result.Deserialize(McpClientJson.Of<CreateMessageResult>()) ?? throw new JsonException("The sampling handler gave null.");
    }

    private static RunningCall? FindCall(McpConnection connection)
    {
        var current = CallContext.Current;
        RunningCall? only = null;
        foreach (var call in connection.Gate.Calls)
        {
            if (call.Context == current)
            {
                return call;
            }

            if (only is not null && current is null)
            {
                return null;
            }

            only = call;
        }

        return current is null ? only : null;
    }
}
