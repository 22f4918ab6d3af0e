using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>
/// Answers <c>tasks/get</c>, <c>tasks/update</c> and <c>tasks/cancel</c>, of the extension <c>io.modelcontextprotocol/tasks</c> of revision
/// 2026-07-28, and calls with tasks where they take long. What the SDK has for that and calls experimental is used here alone,
/// and only where tasks are on.
/// </summary>
internal sealed class TaskRequests(CallTasks tasks)
{
    private const string TaskId = "taskId";

    private IEnumerable<McpServerRequestHandler> Handlers =>
    [
        Handle("tasks/get", static (task, _) => task.ToJson()),
        Handle("tasks/update", static (task, parameters) =>
        {
            task.Answer(ResponsesOf(parameters));
            return Done();
        }),
        Handle("tasks/cancel", static (task, _) =>
        {
            task.Cancel();
            return Done();
        }),
    ];

    /// <summary>Serves calls, and the tasks that they become.</summary>
    /// <param name="options">The options of a session.</param>
    /// <param name="call">Answers a call.</param>
    public void Serve(McpServerOptions options, Func<RequestContext<CallToolRequestParams>, CancellationToken, ValueTask<CallAnswer>> call)
    {
        options.Capabilities!.Extensions = new Dictionary<string, object> { [ClientMeansNames.TaskExtension] = new JsonObject() };
        options.RequestHandlers = [.. Handlers];
        options.Handlers.CallToolWithAlternateHandler = (request, cancellationToken) =>
        {
            // Most calls end where they begin, and need nobody to wait for them.
            var answering = call(request, cancellationToken);
            return answering.IsCompletedSuccessfully ? new(Write(answering.Result)) : WriteAsync(answering);
        };
    }

    /// <summary>Refuses a request of a client that has not declared the extension.</summary>
    /// <exception cref="MissingRequiredClientCapabilityException">It has not.</exception>
    public static void Require(JsonRpcRequest request)
    {
        if (!ClientMeansNames.Declared(request).HasFlag(ClientMeans.Tasks))
        {
            var extensions = new JsonObject { [ClientMeansNames.TaskExtension] = new JsonObject() };
            var required = new JsonObject { ["extensions"] = extensions }.Deserialize(McpClientJson.Of<ClientCapabilities>())!;
            throw new MissingRequiredClientCapabilityException(required, $"The request needs a client that declares the extension '{ClientMeansNames.TaskExtension}'.");
        }
    }

    private McpServerRequestHandler Handle(string method, Func<CallTask, JsonObject, JsonObject> answer) => new()
    {
        Method = method,
        RoutingNameParameter = TaskId,
        Handler = (request, _) =>
        {
            if (!McpRevisions.IsNewer(request.Context?.ProtocolVersion))
            {
                throw new McpProtocolException($"Method '{method}' is not available.", McpErrorCode.MethodNotFound);
            }

            Require(request);
            return tasks.TryFind(Text((request.Params as JsonObject)?[TaskId]), out var task)
                ? new(answer(task, (JsonObject)request.Params!))
                : throw McpRequests.Invalid("The task is not known: it was never there, or was not asked for in too long a time.");
        },
    };

    private static ResultOrAlternate<CallToolResult> Write(CallAnswer answer) =>
        answer.Task is { } task ? ResultOrAlternate<CallToolResult>.FromAlternate(task.Create(), McpJson.Default.TaskState) : answer.Result!;

    private static async ValueTask<ResultOrAlternate<CallToolResult>> WriteAsync(ValueTask<CallAnswer> answering) => Write(await answering.ConfigureAwait(false));

    private static JsonObject Done() => new() { ["resultType"] = "complete" };

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static IDictionary<string, InputResponse> ResponsesOf(JsonObject parameters)
    {
        try
        {
            return parameters["inputResponses"].Deserialize(McpClientJson.Of<IDictionary<string, InputResponse>>())
                ?? throw McpRequests.Invalid("The request has no inputResponses.");
        }
        catch (JsonException exception)
        {
            throw new McpProtocolException("The inputResponses are not an object with an answer for each question.", exception, McpErrorCode.InvalidParams);
        }
    }
}
