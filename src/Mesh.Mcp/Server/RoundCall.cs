using System.Globalization;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// A call that outlives the requests of its client: revision 2026-07-28 has no requests of the server's own, so a question
/// ends the client's request, and its next one brings the answer and waits on for the same call.
/// </summary>
internal sealed class RoundCall(ServedTool tool, string arguments, object session) : Inquirer, IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Question> _open = new(StringComparer.Ordinal);
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _questions;

    public ServedTool Tool => tool;

    /// <summary>What the client must repeat for its answer to count: a hash of the arguments.</summary>
    public string Arguments => arguments;

    /// <summary>The session that the call was made in.</summary>
    public object Session => session;

    public CancellationToken Token => _stop.Token;

    /// <summary>The call itself.</summary>
    public Task<CallToolResult> Running { get; set; } = null!;

    /// <summary>Where progress goes: to the request that waits now. Null while none does.</summary>
    public CallListener? Listener { get; set; }

    /// <summary>Completes when there is a question to be answered.</summary>
    public Task Asked
    {
        get
        {
            lock (_gate)
            {
                return _asked.Task;
            }
        }
    }

    public override async Task<ElicitResult> AskAsync(ElicitRequestParams question, CancellationToken cancellationToken)
    {
        var asked = new Question(question);
        string key;
        lock (_gate)
        {
            key = (++_questions).ToString(CultureInfo.InvariantCulture);
            _open.Add(key, asked);
            _asked.TrySetResult();
        }

        try
        {
            return await asked.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Close(key);
        }
    }

    /// <summary>The open questions as the client is asked them.</summary>
    public IDictionary<string, InputRequest> GetQuestions()
    {
        lock (_gate)
        {
            return _open.ToDictionary(static each => each.Key, static each => InputRequest.ForElicitation(each.Value.Asked), StringComparer.Ordinal);
        }
    }

    /// <summary>Takes the client's answers. What it has not answered stays open, and is asked again.</summary>
    public void Answer(IDictionary<string, InputResponse>? responses)
    {
        foreach (var (key, response) in responses ?? new Dictionary<string, InputResponse>())
        {
            if (Read(response) is { } answer && Close(key) is { } question)
            {
                question.Answer.TrySetResult(answer);
            }
        }
    }

    public void Cancel()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    public void Dispose() => _stop.Dispose();

    private static ElicitResult? Read(InputResponse response)
    {
        try
        {
            return response.Deserialize(InputResponse.ElicitResultJsonTypeInfo);
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private Question? Close(string key)
    {
        lock (_gate)
        {
            if (!_open.Remove(key, out var question))
            {
                return null;
            }

            if (_open.Count == 0 && _asked.Task.IsCompleted)
            {
                _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return question;
        }
    }

    private sealed record Question(ElicitRequestParams Asked)
    {
        public TaskCompletionSource<ElicitResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
