using System.Globalization;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// One answer: what the model and its tools say goes to those who watch as it comes, and into the thread message by message, so that
/// whatever ends it, what was said is kept. Used once.
/// </summary>
internal sealed class ChatTurnRun(IThreadStore store, ChatFeed feed, ChatTurn turn, string author)
{
    private static readonly TimeSpan DraftEvery = TimeSpan.FromSeconds(1);

    private readonly WholeCharacters _textPieces = new();
    private readonly WholeCharacters _reasoningPieces = new();
    private readonly Dictionary<string, FunctionCallContent> _calls = new(StringComparer.Ordinal);
    private readonly string _answerId = $"{turn.Message.Id}.a";
    private string _messageId = "";
    private int _saved;
    private int _added;
    private string? _text;
    private UsageDetails? _usage;
    private long _draftedAt;
    private bool _hasText;
    private bool _hasDraft;
    private bool _isInterrupted;

    private TimeProvider Clock => turn.Context.Room.TimeProvider;

    private DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Closes answers that nobody is writing any more: the process ended in the middle of them. It takes the turn of the thread.</summary>
    public static async ValueTask CloseAsync(IThreadStore store, ChatFeed feed, string thread, string author, IReadOnlyList<ThreadEntry> open, DateTimeOffset now)
    {
        foreach (var begun in open)
        {
            if (begun.Author == author)
            {
                if (await store.FindDraftAsync(thread, author, CancellationToken.None).ConfigureAwait(false) is { } draft && draft.ReplyTo == begun.ReplyTo)
                {
                    // Where it was said to the end after all, the entry is there already, and nothing is added.
                    await feed.AppendAsync(store, thread, draft, CancellationToken.None).ConfigureAwait(false);
                    await store.KeepDraftAsync(thread, author, null, CancellationToken.None).ConfigureAwait(false);
                }

                await feed.AppendAsync(store, thread, EndOf(begun.Id, author, begun.ReplyTo, now, true, "The agent was gone before it was done."), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask<ChatAnswer> RunAsync(ToolLoop loop, RoomFunctions functions, ChatOptions options)
    {
        var messages = turn.Chat.Messages;

        // What it adds is no part of the answer.
        CutOffCalls.Mend(messages);
        _saved = messages.Count;
        NextMessage();
        _draftedAt = Clock.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(turn.Context.CancellationToken);
        feed.SetRunning(stop);
        string? error = "The answer was cut off.";
        try
        {
            await AppendAsync(new(_answerId, ThreadEntryKinds.AnswerBegun, author) { ReplyTo = turn.Message.Id, Time = Now }).ConfigureAwait(false);
            feed.PublishStatus(ChatStatus.Thinking);
            await foreach (var update in loop.StreamAsync(functions, messages, options, stop.Token).ConfigureAwait(false))
            {
                // What the loop has added is said, and is followed by this.
                await SaveAsync(messages).ConfigureAwait(false);
                foreach (var content in update.Contents)
                {
                    Tell(content);
                }

                await KeepDraftAsync(stop.Token).ConfigureAwait(false);

                if (update.Role == ChatRole.Tool && update.Contents is [FunctionResultContent, ..])
                {
                    _calls.Clear();

                    // No progress, and no question, but the end of the calls.
                    feed.PublishStatus(ChatStatus.Thinking);
                }
            }

            error = null;
        }
        catch (OperationCanceledException) when (!turn.Context.CancellationToken.IsCancellationRequested && stop.IsCancellationRequested)
        {
            // Somebody said so: for who wrote the message that is an outcome.
            (error, _isInterrupted) = (null, true);
        }
        catch (OperationCanceledException)
        {
            (error, _isInterrupted) = (null, true);
            throw;
        }
        catch (MeshException exception)
        {
            error = exception.Error.Message;
            throw;
        }
        finally
        {
            feed.SetRunning(null);
            await CloseAsync(messages, error).ConfigureAwait(false);
        }

        return new(turn.Thread, turn.Message.Sequence, _isInterrupted ? ChatOutcomes.Interrupted : ChatOutcomes.Answered)
        {
            Text = _text,
            InputTokens = _usage?.InputTokenCount,
            OutputTokens = _usage?.OutputTokenCount,
        };
    }

    private void Tell(AIContent content)
    {
        switch (content)
        {
            case TextContent { Text.Length: > 0 } text:
                TellText(ChatEventKinds.Text, _textPieces.Next(text.Text));
                _hasText = true;
                break;
            case TextReasoningContent { Text.Length: > 0 } reasoning:
                TellText(ChatEventKinds.Reasoning, _reasoningPieces.Next(reasoning.Text));
                break;
            case UsageContent used:
                (_usage ??= new()).Add(used.Details);
                break;
            case FunctionCallContent call:
                _calls[call.CallId] = call;
                feed.Publish(new(ChatEventKinds.Call) { Tool = call.Name, CallId = call.CallId, MessageId = _messageId });
                feed.PublishStatus(ChatStatus.Calling, call.Name, call.CallId);
                break;
            case ToolProgressContent { Value: { } value } progress:
                feed.Publish(new(ChatEventKinds.Progress) { Tool = progress.Name, CallId = progress.CallId, Value = value, Total = progress.Total, Text = progress.Message });
                break;
            case ToolApprovalRequestContent { ToolCall: FunctionCallContent asked }:
                feed.PublishStatus(ChatStatus.Asking, asked.Name, asked.CallId);
                break;
            case ToolApprovalResponseContent { ToolCall: FunctionCallContent answered }:
                // What was asked about may be somewhere below: what goes on then is the call that led to it.
                var calling = answered.AdditionalProperties?.TryGetValue(ToolLoop.WithinKey, out string? own) == true ? _calls.GetValueOrDefault(own!, answered) : answered;
                feed.PublishStatus(ChatStatus.Calling, calling.Name, calling.CallId);
                break;
        }
    }

    private void TellText(string kind, string text)
    {
        if (text.Length > 0)
        {
            feed.PublishText(kind, _messageId, text);
        }
    }

    /// <summary>What is being said is kept once in a while, so that a crash loses little of it.</summary>
    private ValueTask KeepDraftAsync(CancellationToken cancellationToken)
    {
        if (!_hasText || Clock.GetElapsedTime(_draftedAt) < DraftEvery)
        {
            return default;
        }

        _draftedAt = Clock.GetTimestamp();
        _hasText = false;
        return feed.TextSoFar(_messageId) is { Length: > 0 } text ? KeepDraftAsync(text, cancellationToken) : default;
    }

    private async ValueTask KeepDraftAsync(string text, CancellationToken cancellationToken)
    {
        var message = new ChatMessage(ChatRole.Assistant, text) { AdditionalProperties = new() { [ToolLoop.InterruptedKey] = true } };
        try
        {
            await store.KeepDraftAsync(turn.Thread, author, ThreadEntry.Of(_messageId, ThreadEntryKinds.Message, author, message, turn.Message.Id, Now), cancellationToken).ConfigureAwait(false);
            _hasDraft = true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whether the store keeps the whole message, which is what counts, is seen when that is said.
        }
    }

    private async ValueTask SaveAsync(IList<ChatMessage> messages)
    {
        while (_saved < messages.Count)
        {
            var message = messages[_saved];
            if (message is { Role.Value: "assistant", Text: { Length: > 0 } text })
            {
                _text = text;
            }

            await AppendAsync(ThreadEntry.Of(_messageId, ThreadEntryKinds.Message, author, message, turn.Message.Id, Now)).ConfigureAwait(false);

            // Only now: what the store refused is tried once more at the end, before what follows it. Results without their call would be refused by every model.
            _saved++;
            NextMessage();
        }
    }

    /// <summary>The thread is consistent before anybody else may write an answer, and before watchers are told that the agent listens.</summary>
    private async ValueTask CloseAsync(IList<ChatMessage> messages, string? error)
    {
        bool isKept = false;
        try
        {
            await SaveAsync(messages).ConfigureAwait(false);
            isKept = true;
        }
        finally
        {
            await EndAsync(isKept, isKept ? error : error ?? "What was said could not be kept.").ConfigureAwait(false);
        }

        await DropDraftAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Says in the thread that the answer is over. Where its text could not be added, but kept as a draft, it stays open: whoever opens the
    /// thread or answers in it next finds an answer that was cut off, and takes over the draft.
    /// </summary>
    private async ValueTask EndAsync(bool isKept, string? error)
    {
        try
        {
            if (!isKept && feed.TextSoFar(_messageId) is { Length: > 0 } text)
            {
                await KeepDraftAsync(text, CancellationToken.None).ConfigureAwait(false);
            }

            if (isKept || !_hasDraft)
            {
                await AppendAsync(EndOf(_answerId, author, turn.Message.Id, Now, _isInterrupted || error is not null, error)).ConfigureAwait(false);
            }
        }
        finally
        {
            feed.PublishStatus(ChatStatus.Listening);
        }
    }

    private async ValueTask DropDraftAsync()
    {
        if (_hasDraft)
        {
            try
            {
                await store.KeepDraftAsync(turn.Thread, author, null, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // It is in the way of nothing: the answer has its end, and the next draft takes its place.
            }
        }
    }

    private static ThreadEntry EndOf(string answerId, string author, string? replyTo, DateTimeOffset time, bool isInterrupted, string? error) =>
        new($"{answerId}.end", ThreadEntryKinds.AnswerEnded, author) { ReplyTo = replyTo, Time = time, IsInterrupted = isInterrupted, Error = error };

    private void NextMessage()
    {
        _messageId = string.Create(CultureInfo.InvariantCulture, $"{_answerId}{++_added}");
        _textPieces.Clear();
        _reasoningPieces.Clear();
    }

    /// <summary>Also what was said before the call was cancelled is kept.</summary>
    private ValueTask<ThreadEntry> AppendAsync(ThreadEntry entry) => feed.AppendAsync(store, turn.Thread, entry, CancellationToken.None);
}
