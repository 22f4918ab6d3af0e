using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>What a call is answered with: its result, or the task that it has become.</summary>
internal readonly record struct CallAnswer(CallToolResult? Result, CallTask? Task)
{
    public CallAnswer(CallToolResult result)
        : this(result, null)
    {
    }

    public CallAnswer(CallTask task)
        : this(null, task)
    {
    }
}

/// <summary>Answers <c>tools/list</c> and <c>tools/call</c>: each call is a call of the participant, and the root of its tree.</summary>
internal sealed class ToolCalls(
    ToolCatalogue catalogue, RoomCalls calls, LiveCalls live, WaitingCalls waiting, CallTasks tasks, RequestStates states, RoomMcpServerOptions options)
{
    private static readonly CallOptions Root = new() { NewTree = true };

    public async ValueTask<ListToolsResult> ListAsync(RequestContext<ListToolsRequestParams> request, CancellationToken cancellationToken)
    {
        var tools = await catalogue.GetAsync(cancellationToken).ConfigureAwait(false);
        var page = tools.GetPage(request.Params?.Cursor, options.PageSize, McpRevisions.IsNewer(request.Server, request.JsonRpcRequest))
            ?? throw McpRequests.UnknownCursor();
        return new() { Tools = page.Tools, NextCursor = page.Next };
    }

    public async ValueTask<CallAnswer> CallAsync(McpSession session, RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        string name = request.Params?.Name ?? "";
        var arguments = ArgumentsOf(request);
        bool isNewer = McpRevisions.IsNewer(request.Server, request.JsonRpcRequest);
        var listener = session.ListenerOf(request, request.Params?.ProgressToken, name);
        if (isNewer && request.Params?.RequestState is { } state)
        {
            var resumed = waiting.Resume(state, name, HashOf(arguments)) ?? throw UnknownState();
            resumed.Listener = listener;
            resumed.Answer(request.Params.InputResponses);
            return await AwaitAsync(resumed, TakesTask(ClientMeansNames.Declared(request.JsonRpcRequest)), cancellationToken).ConfigureAwait(false);
        }

        var tools = await catalogue.GetAsync(cancellationToken).ConfigureAwait(false);
        var tool = tools.Find(name) ?? throw new McpProtocolException($"Unknown tool: '{Shorten(name)}'. List the tools again: it may be gone.", McpErrorCode.InvalidParams);
        var means = session.MeansOfClient(request.Server, request.JsonRpcRequest);
        if (means == ClientMeans.None)
        {
            return new(await calls.InvokeAsync(tool, arguments, Root, listener, null, isNewer, cancellationToken).ConfigureAwait(false));
        }

        var id = states.NewId();
        var callOptions = Root with { CallId = id };
        if (!isNewer)
        {
            live.Add(id, new SessionInquirer(request.Server, means));
            try
            {
                return new(await calls.InvokeAsync(tool, arguments, callOptions, listener, null, isNewer, cancellationToken).ConfigureAwait(false));
            }
            finally
            {
                live.Remove(id);
            }
        }

        bool takesTask = TakesTask(means);
        var round = new RoundCall(tool, HashOf(arguments), session, means) { Listener = listener };
        live.Add(id, round);
        round.Running = RunAsync(round, id, arguments, takesTask ? callOptions with { Timeout = options.TaskTimeout } : callOptions);
        return await AwaitAsync(round, takesTask, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is wrong between a call and the headers of its request; null for nothing, and for a tool that is not there.</summary>
    public async ValueTask<string?> CompareAsync(JsonRpcRequest request, Func<string, string?> header, CancellationToken cancellationToken)
    {
        var tools = await catalogue.GetAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return (request.Params as JsonObject)?["name"] is JsonValue value && value.TryGetValue(out string? name) && tools.Find(name)?.Headers is { } headers
                ? headers.Compare((request.Params as JsonObject)?["arguments"] as JsonObject, header)
                : null;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // Nodes of JSON are read when they are looked at: what cannot be read says nothing, and not the same as a header.
            return "The call names one property twice, or has text that is none.";
        }
    }

    private bool TakesTask(ClientMeans means) => options.TaskAfter is not null && means.HasFlag(ClientMeans.Tasks);

    private async Task<CallToolResult> RunAsync(RoundCall round, MeshId id, JsonPayload arguments, CallOptions callOptions)
    {
        try
        {
            return await calls.InvokeAsync(round.Tool, arguments, callOptions, round.Listener, round, isNewer: true, round.Token).ConfigureAwait(false);
        }
        finally
        {
            live.Remove(id);
        }
    }

    /// <summary>
    /// Waits for the end of a call, for as long as its client does, or until the client has to be asked something, or has waited
    /// for so long that it gets a task instead.
    /// </summary>
    private async Task<CallAnswer> AwaitAsync(RoundCall round, bool takesTask, CancellationToken cancellationToken)
    {
        using var patience = takesTask && !round.Running.IsCompleted ? new CancellationTokenSource() : null;
        var slow = patience is null ? null : Task.Delay(options.TaskAfter!.Value, options.TimeProvider, patience.Token);
        using (cancellationToken.UnsafeRegister(static call => ((RoundCall)call!).Cancel(), round))
        {
            IDictionary<string, InputRequest> questions;
            do
            {
                if (!round.Running.IsCompleted)
                {
                    await (slow is null ? Task.WhenAny(round.Running, round.Asked) : Task.WhenAny(round.Running, round.Asked, slow)).ConfigureAwait(false);
                }

                if (round.Running.IsCompleted)
                {
                    await (patience?.CancelAsync() ?? Task.CompletedTask).ConfigureAwait(false);
                    using (round)
                    {
                        return new(await round.Running.ConfigureAwait(false));
                    }
                }

                // None is left when what was asked has meanwhile been answered otherwise, or given up.
                questions = round.GetQuestions();
                if (questions.Count == 0 && slow is { IsCompleted: true })
                {
                    // Without a place for a task the client waits on.
                    slow = null;
                    if (!cancellationToken.IsCancellationRequested && tasks.TryAdd(round) is { } task)
                    {
                        return new(task);
                    }
                }
            }
            while (questions.Count == 0);
            await (patience?.CancelAsync() ?? Task.CompletedTask).ConfigureAwait(false);
            return new(LetWait(round, questions, cancellationToken));
        }
    }

    /// <summary>Ends the client's request with what it is asked.</summary>
    /// <returns>A failure, where the call cannot wait.</returns>
    /// <exception cref="InputRequiredException">What the client is told.</exception>
    private CallToolResult LetWait(RoundCall round, IDictionary<string, InputRequest> questions, CancellationToken cancellationToken)
    {
        round.Listener = null;
        if (waiting.TryKeep(round) is { } state)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new InputRequiredException(questions, state);
        }

        round.Cancel();
        return McpErrors.ToResult(new MeshError(MeshErrorCode.Overloaded, $"Tool '{round.Tool.Address}' asks something, and too many calls wait for an answer already.")
        {
            Remedy = "Answer those, or wait until they expire.",
            Retryable = true,
            RetryAfter = options.QuestionTimeout,
        });
    }

    /// <summary>The arguments as they were sent, so that what is wrong with them is seen where all arguments are checked.</summary>
    private static JsonPayload ArgumentsOf(RequestContext<CallToolRequestParams> request) =>
        request.JsonRpcRequest.Params is JsonObject parameters && parameters.TryGetPropertyValue("arguments", out var arguments) && arguments is not null
            ? JsonPayload.FromUtf8(JsonSerializer.SerializeToUtf8Bytes(arguments, McpJson.Default.JsonNode))
            : default;

    private static string HashOf(JsonPayload arguments) => Convert.ToHexStringLower(SHA256.HashData(arguments.Utf8Span));

    /// <summary>One answer for a state that was never given out, was changed, used, is another's or has expired: nobody learns which.</summary>
    private static McpProtocolException UnknownState() =>
        new("The request state is not known, or does not count any more. Call the tool again without it.", McpErrorCode.InvalidParams);

    private static string Shorten(string name) => name.Length <= 2 * ToolNameTable.MaxLength ? name : string.Concat(name.AsSpan(0, 2 * ToolNameTable.MaxLength), "…");
}
