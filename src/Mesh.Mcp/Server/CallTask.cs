using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>What a task is when its client is told of it. It is also what answers a call that has become one.</summary>
internal sealed class TaskState : Result
{
    public required string TaskId { get; init; }

    public required string Status { get; init; }

    public string? StatusMessage { get; init; }

    public required string CreatedAt { get; init; }

    public required string LastUpdatedAt { get; init; }

    public required long TtlMs { get; init; }

    public long PollIntervalMs { get; init; } = 1_000;
}

/// <summary>
/// A call that takes longer than its client waits: the client has gone on with the task's id, and comes back for the result. The
/// call is the one that it has made, and runs on as it would have.
/// </summary>
internal sealed class CallTask
{
    private readonly RoundCall _call;
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _created;
    private readonly TimeSpan _patience;
    private readonly Lock _gate = new();
    private DateTimeOffset _updated;
    private DateTimeOffset _seen;

    /// <summary>A task of a call that runs.</summary>
    /// <param name="id">What it is asked for by: nobody can guess it.</param>
    /// <param name="call">The call.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="patience">How long it is kept after it was asked for.</param>
    public CallTask(string id, RoundCall call, TimeProvider clock, TimeSpan patience)
    {
        Id = id;
        _call = call;
        _clock = clock;
        _patience = patience;
        _created = _updated = _seen = clock.GetUtcNow();
        call.Listener = null;
        call.OnChanged = Touch;
        Ended = FollowAsync();
    }

    public string Id { get; }

    public object Session => _call.Session;

    /// <summary>Completes when the call has ended, however it did. It never fails.</summary>
    public Task Ended { get; }

    /// <summary>Somebody has asked for it.</summary>
    public void See()
    {
        lock (_gate)
        {
            _seen = _clock.GetUtcNow();
        }
    }

    /// <summary>Takes answers to what the call asks. What is an answer to nothing that is open is passed over.</summary>
    public void Answer(IDictionary<string, InputResponse>? responses) => _call.Answer(responses);

    /// <summary>Cancels the call; nothing where it has ended.</summary>
    public void Cancel() => _call.Cancel();

    /// <summary>What the client is answered that has made the call.</summary>
    public TaskState Create() => Describe("task", "working");

    /// <summary>What the client is answered that asks for it.</summary>
    public JsonObject ToJson()
    {
        var running = _call.Running;
        if (!running.IsCompleted)
        {
            var questions = _call.GetQuestions();
            return questions.Count == 0 ? Write("working")
                : Write("input_required", "inputRequests", JsonSerializer.SerializeToNode(questions, McpClientJson.Of<IDictionary<string, InputRequest>>()));
        }

        return running.IsCanceled ? Write("cancelled")
            : running.Exception is { } failed ? Write("failed", "error", ErrorOf(failed.InnerException ?? failed))
            : Write("completed", "result", JsonSerializer.SerializeToNode(running.Result, McpClientJson.CallToolResult));
    }

    private static JsonObject ErrorOf(Exception exception) => exception switch
    {
        MissingRequiredClientCapabilityException missing => new()
        {
            ["code"] = (int)missing.ErrorCode,
            ["message"] = missing.Message,
            ["data"] = new JsonObject { [ClientMeansNames.Required] = JsonSerializer.SerializeToNode(missing.RequiredCapabilities, McpClientJson.Of<ClientCapabilities>()) },
        },
        McpProtocolException refused => new() { ["code"] = (int)refused.ErrorCode, ["message"] = refused.Message },

        // What went wrong in here is none of the client's business.
        _ => new() { ["code"] = (int)McpErrorCode.InternalError, ["message"] = "The call has failed for a reason of the server's own." },
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private JsonObject Write(string status, string? property = null, JsonNode? value = null)
    {
        var json = (JsonObject)JsonSerializer.SerializeToNode(Describe("complete", status), McpJson.Default.TaskState)!;
        if (property is not null)
        {
            json[property] = value;
        }

        return json;
    }

    private TaskState Describe(string resultType, string status)
    {
        lock (_gate)
        {
            return new()
            {
                ResultType = resultType,
                TaskId = Id,
                Status = status,
                StatusMessage = _call.Status,
                CreatedAt = Text(_created),
                LastUpdatedAt = Text(_updated),
                TtlMs = (long)(_seen - _created + _patience).TotalMilliseconds,
            };
        }
    }

    private void Touch()
    {
        lock (_gate)
        {
            _updated = _clock.GetUtcNow();
        }
    }

    private async Task FollowAsync()
    {
        await ((Task)_call.Running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Touch();
        _call.Dispose();
    }
}
