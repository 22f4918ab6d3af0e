using System.Text;

namespace Mesh.Agents;

/// <summary>
/// One thread while somebody watches it, writes into it, or answers in it: the latest events in a ring, which watchers read at their own
/// pace; the text of the present answer; and whose turn it is. Who writes never waits for who watches. Thread-safe.
/// </summary>
internal sealed class ChatFeed : IDisposable
{
    private const int Capacity = 1_024;
    private const int MostWaiting = 64;

    /// <summary>Not told to anybody: a watch that takes it looks into the thread for entries that it has not been told.</summary>
    public static readonly ChatEvent LookAgain = new("lookAgain");

    private static readonly ChatEvent Listening = new(ChatEventKinds.Status) { Status = ChatStatus.Listening };
    private static readonly ChatEvent Thinking = new(ChatEventKinds.Status) { Status = ChatStatus.Thinking };

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<ChatWatcher> _waiting = [];
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();

    // Events are kept for those who watch: while nobody does, what a later watcher is told is in the fields below.
    private ChatEvent[] _ring = [];
    private long _end;
    private int _watchers;
    private string? _messageId;
    private ChatEvent _status = Listening;
    private CancellationTokenSource? _running;
    private int _turnsWaiting;
    private long _turnsOver;

    /// <summary>How many use it; under the lock of <see cref="ChatFeeds"/>.</summary>
    public int Users { get; set; }

    public ChatEvent Status
    {
        get
        {
            lock (_gate)
            {
                return _status;
            }
        }
    }

    /// <summary>Adds an entry to the thread and tells it; entries are told in the order of the thread.</summary>
    public async ValueTask<ThreadEntry> AppendAsync(IThreadStore store, string thread, ThreadEntry entry, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var added = await store.AppendAsync(thread, entry, null, cancellationToken).ConfigureAwait(false);
            Publish(added);
            return added;
        }
        catch (Exception exception) when (exception is not MeshException)
        {
            // Nobody knows whether it was added: a store may fail, or be cancelled, after that.
            Publish(LookAgain);
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>How many answers are over. Who has read the thread, and enters a turn when there are more, has not read all of it.</summary>
    public long TurnsOver => Volatile.Read(ref _turnsOver);

    /// <summary>Takes the turn if nobody has it.</summary>
    public bool TryEnterTurn() => _turn.Wait(0, CancellationToken.None);

    /// <summary>Waits until no other answer is being written.</summary>
    /// <exception cref="ToolException">Too many wait already.</exception>
    public async ValueTask EnterTurnAsync(CancellationToken cancellationToken)
    {
        if (TryEnterTurn())
        {
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _turnsWaiting) > MostWaiting)
            {
                throw new ToolException(new MeshError(MeshErrorCode.Overloaded, $"{MostWaiting} messages of the thread wait for their answers already.")
                {
                    Remedy = "Wait until they are answered; the message itself is in the thread.",
                    Retryable = true,
                });
            }

            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _turnsWaiting);
        }
    }

    public void LeaveTurn()
    {
        Interlocked.Increment(ref _turnsOver);
        _turn.Release();
    }

    /// <summary>What cancels the answer that is being written; null for none.</summary>
    public void SetRunning(CancellationTokenSource? running)
    {
        lock (_gate)
        {
            _running = running;
        }
    }

    /// <returns>Completes when all that the answer does has been told; null where none is being written.</returns>
    public Task? CancelAnswer()
    {
        lock (_gate)
        {
            // Under the lock, so that it is not disposed meanwhile; what it tells, it tells elsewhere.
            return _running?.CancelAsync();
        }
    }

    public void PublishText(string kind, string messageId, string text)
    {
        lock (_gate)
        {
            if (_messageId != messageId)
            {
                BeginMessageLocked(messageId);
            }

            var so = kind == ChatEventKinds.Text ? _text : _reasoning;
            if (_watchers > 0)
            {
                AddLocked(new ChatEvent(kind) { MessageId = messageId, Text = text, Offset = so.Length });
            }

            so.Append(text);
        }
    }

    /// <summary>The text so far of a message that is being said; empty for one that is not.</summary>
    public string TextSoFar(string messageId)
    {
        lock (_gate)
        {
            return _messageId == messageId ? _text.ToString() : "";
        }
    }

    public void PublishStatus(string status, string? tool = null, string? callId = null)
    {
        lock (_gate)
        {
            if (_status.Status != status || _status.CallId != callId)
            {
                _status = (status, tool, callId) switch
                {
                    (ChatStatus.Listening, null, null) => Listening,
                    (ChatStatus.Thinking, null, null) => Thinking,
                    _ => new(ChatEventKinds.Status) { Status = status, Tool = tool, CallId = callId },
                };
                AddLocked(_status);
            }
        }
    }

    public void Publish(ChatEvent happened)
    {
        lock (_gate)
        {
            AddLocked(happened);
        }
    }

    private void Publish(ThreadEntry entry)
    {
        lock (_gate)
        {
            if (_watchers > 0)
            {
                AddLocked(new ChatEvent(ChatEventKinds.Entry) { Entry = entry });
            }

            if (entry.Id == _messageId)
            {
                BeginMessageLocked(null);
            }
        }
    }

    public ChatWatcher Watch(List<ChatEvent> soFar)
    {
        lock (_gate)
        {
            AddSoFarLocked(soFar);
            _watchers++;
            return new(this, _end);
        }
    }

    /// <summary>Takes what is next for a watcher, pieces of text that follow each other as one.</summary>
    /// <returns>How many events it has missed; then what there is now is given in their place.</returns>
    public long Take(ChatWatcher watcher, List<ChatEvent> into)
    {
        lock (_gate)
        {
            long missed = watcher.Position < _end ? _end - _ring.Length - watcher.Position : 0;
            if (missed > 0)
            {
                watcher.Position = _end;
                AddSoFarLocked(into);
                return missed;
            }

            ChatEvent? first = null;
            StringBuilder? more = null;
            for (; watcher.Position < _end; watcher.Position++)
            {
                var next = _ring[watcher.Position % _ring.Length];
                if (first is not null && next.Text is not null && next.Kind == first.Kind && next.MessageId == first.MessageId)
                {
                    (more ??= new(first.Text)).Append(next.Text);
                    continue;
                }

                AddTaken(into, first, more);
                (first, more) = (next, null);
            }

            AddTaken(into, first, more);
            return 0;
        }
    }

    /// <summary>Completes when there is something to take.</summary>
    public Task WhenNews(ChatWatcher watcher)
    {
        lock (_gate)
        {
            if (watcher.Position < _end)
            {
                return Task.CompletedTask;
            }

            if (watcher.Waiting is not { Task.IsCompleted: false })
            {
                watcher.Waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(watcher);
            }

            return watcher.Waiting.Task;
        }
    }

    /// <summary>Nobody uses it any longer.</summary>
    public void Dispose()
    {
        _writing.Dispose();
        _turn.Dispose();
    }

    /// <summary>A watcher goes; once for each.</summary>
    public void Unwatch(ChatWatcher watcher)
    {
        lock (_gate)
        {
            _waiting.Remove(watcher);
            _watchers--;
        }
    }

    private static void AddTaken(List<ChatEvent> into, ChatEvent? first, StringBuilder? more)
    {
        if (first is not null)
        {
            into.Add(more is null ? first : first with { Text = more.ToString() });
        }
    }

    private void AddSoFarLocked(List<ChatEvent> into)
    {
        into.Add(_status);
        if (_reasoning.Length > 0)
        {
            into.Add(new(ChatEventKinds.Reasoning) { MessageId = _messageId, Text = _reasoning.ToString(), Offset = 0 });
        }

        if (_text.Length > 0)
        {
            into.Add(new(ChatEventKinds.Text) { MessageId = _messageId, Text = _text.ToString(), Offset = 0 });
        }
    }

    private void BeginMessageLocked(string? messageId)
    {
        _messageId = messageId;
        _text.Clear();
        _reasoning.Clear();
    }

    private void AddLocked(ChatEvent happened)
    {
        if (_watchers == 0)
        {
            return;
        }

        if (_end >= _ring.Length && _ring.Length < Capacity)
        {
            // Still in its first round, so that every event stays where it is.
            Array.Resize(ref _ring, Math.Max(16, _ring.Length * 2));
        }

        _ring[_end++ % _ring.Length] = happened;
        if (_waiting.Count > 0)
        {
            _waiting.ForEach(static watcher => watcher.Waiting!.TrySetResult());
            _waiting.Clear();
        }
    }
}

/// <summary>How far one watch of a thread has come; used by its reader, under the lock of its feed.</summary>
internal sealed class ChatWatcher(ChatFeed feed, long position) : IDisposable
{
    public long Position { get; set; } = position;

    public TaskCompletionSource? Waiting { get; set; }

    public void Dispose() => feed.Unwatch(this);
}
