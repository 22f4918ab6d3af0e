using System.Globalization;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// A call that outlives the requests of its client: revision 2026-07-28 has no requests of the server's own, so a question
/// ends the client's request, and its next one brings the answer and waits on for the same call.
/// </summary>
internal sealed class RoundCall(ServedTool tool, string arguments, object session, ClientMeans means) : Inquirer(means), IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Question> _open = new(StringComparer.Ordinal);
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HashSet<string>? _names;
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

    /// <summary>What the tool has last said of its progress; null for nothing.</summary>
    public string? Status { get; private set; }

    /// <summary>Told when something is asked or said that a client can come and see; null where none does.</summary>
    public Action? OnChanged { get; set; }

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

    public void Report(ProgressFrame progress)
    {
        Status = progress.Message ?? Status;
        OnChanged?.Invoke();
    }

    public override async Task<InputResponse> AskAsync(InputRequest request, string? name, CancellationToken cancellationToken)
    {
        var asked = new Question(request);
        string key;
        lock (_gate)
        {
            _questions++;
            _names ??= new(StringComparer.Ordinal);
            key = name is null ? _questions.ToString(CultureInfo.InvariantCulture)
                : _names.Contains(name) ? string.Create(CultureInfo.InvariantCulture, $"{name}-{_questions}")
                : name;
            while (!_names.Add(key))
            {
                // Somebody may have called a question by the number of another one; no two of a call ever have one name.
                key += "-";
            }

            _open.Add(key, asked);
            _asked.TrySetResult();
        }

        OnChanged?.Invoke();
        try
        {
            return await asked.Answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Close(key);
            OnChanged?.Invoke();
        }
    }

    /// <summary>The open questions as the client is asked them.</summary>
    public IDictionary<string, InputRequest> GetQuestions()
    {
        lock (_gate)
        {
            return _open.ToDictionary(static each => each.Key, static each => each.Value.Asked, StringComparer.Ordinal);
        }
    }

    /// <summary>Takes the client's answers. What it has not answered stays open, and is asked again.</summary>
    public void Answer(IDictionary<string, InputResponse>? responses)
    {
        foreach (var (key, response) in responses ?? new Dictionary<string, InputResponse>())
        {
            if (Take(key, response) is { } question)
            {
                question.Answer.TrySetResult(response);
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

    /// <summary>Whether an answer is one to what was asked.</summary>
    private static bool IsAnswer(InputRequest asked, InputResponse given)
    {
        try
        {
            return given.RawValue.ValueKind == JsonValueKind.Object && asked.Method switch
            {
                ClientMeansNames.Sample => given.RawValue.TryGetProperty("content", out _) && given.RawValue.TryGetProperty("role", out _),
                ClientMeansNames.ListRoots => given.RawValue.TryGetProperty("roots", out var roots) && roots.ValueKind == JsonValueKind.Array,
                _ => given.Deserialize(InputResponse.ElicitResultJsonTypeInfo) is not null,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private Question? Take(string key, InputResponse response)
    {
        lock (_gate)
        {
            return _open.TryGetValue(key, out var question) && IsAnswer(question.Asked, response) ? Close(key) : null;
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

    private sealed record Question(InputRequest Asked)
    {
        public TaskCompletionSource<InputResponse> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
