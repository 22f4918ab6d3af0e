using System.Runtime.CompilerServices;

namespace Mesh.Agents;

/// <summary>
/// One message and what comes of it, as a watch of its thread tells it; what others say and are answered meanwhile is passed over.
/// </summary>
internal sealed class ChatExchange
{
    private readonly string _id;
    private string? _messageId;
    private int _text;
    private int _reasoning;
    private long _sequence;
    private bool _isBegun;
    private bool _isEnded;

    private ChatExchange(string id, long sequence)
    {
        _id = id;
        _sequence = sequence;
    }

    public static async IAsyncEnumerable<ChatEvent> StreamAsync(
        RoomClient room, ChatBotClient chat, ChatInput input, CallOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var opened = await chat.OpenAsync(input.Thread, 1, cancellationToken).ConfigureAwait(false);
        var id = options.CallId ?? room.NewCallId();
        var exchange = new ChatExchange(id.ToString(), opened.LastSequence);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = chat.WatchAsync(opened.Thread, opened.LastSequence, stop.Token).GetAsyncEnumerator(CancellationToken.None);
        Task<ChatAnswer>? sending = null;
        Task<bool>? next = null;
        try
        {
            // Nothing is said before it can be followed. What others have said meanwhile is told already.
            while (await events.MoveNextAsync().ConfigureAwait(false) && events.Current.Kind != ChatEventKinds.Synced)
            {
                exchange.Own(events.Current);
            }

            sending = chat.SendAsync(input with { Thread = opened.Thread }, options with { CallId = id }, stop.Token).AsTask();
            long? last = null;
            while (!exchange._isEnded && !(exchange._sequence >= last))
            {
                next ??= MoveNextAsync(events);
                if (last is null && await Task.WhenAny(next, sending).ConfigureAwait(false) == sending && !next.IsCompleted)
                {
                    // However it went, there will be no more of it than there is now.
                    last = await LastSequenceAsync(chat, opened.Thread, cancellationToken).ConfigureAwait(false);
                }
                else if (await next.ConfigureAwait(false))
                {
                    next = null;
                    foreach (var own in exchange.Own(events.Current))
                    {
                        yield return own;
                    }
                }
                else
                {
                    break;
                }
            }

            yield return new(ChatEventKinds.Answer) { Answer = await sending.ConfigureAwait(false) };
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await EndAsync(sending).ConfigureAwait(false);
            await EndAsync(next).ConfigureAwait(false);
            await events.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Where the thread cannot be followed any longer, what becomes of the message says more than why.
    private static async Task<bool> MoveNextAsync(IAsyncEnumerator<ChatEvent> events)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (MeshException)
        {
            return false;
        }
    }

    private static async ValueTask<long> LastSequenceAsync(ChatBotClient chat, string thread, CancellationToken cancellationToken)
    {
        try
        {
            return (await chat.OpenAsync(thread, 1, cancellationToken).ConfigureAwait(false)).LastSequence;
        }
        catch (MeshException)
        {
            return 0;
        }
    }

    private static async ValueTask EndAsync(Task? task)
    {
        if (task is not null)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ChatEvent[] Own(ChatEvent happened)
    {
        if (happened.Entry is { } entry)
        {
            _sequence = entry.Sequence;
            return entry.Id == _id ? [happened] : entry.ReplyTo == _id ? OfAnswer(happened, entry) : [];
        }

        // After the entries follows the text so far.
        return !_isBegun || happened.Kind == ChatEventKinds.Lagged ? []
            : happened is not { Offset: { } offset, Text: { } text } ? [happened]
            : New(happened, offset, text) is { } piece ? [piece] : [];
    }

    private ChatEvent[] OfAnswer(ChatEvent happened, ThreadEntry entry)
    {
        _isBegun |= entry.Kind == ThreadEntryKinds.AnswerBegun;
        _isEnded |= entry.Kind == ThreadEntryKinds.AnswerEnded;

        // Pieces that were lost, or overtaken by it, are made up for by the entry that they have become.
        return entry.Text is { } text && New(new(ChatEventKinds.Text) { MessageId = entry.Id }, 0, text) is { } piece ? [piece, happened] : [happened];
    }

    /// <summary>What of a piece is new: the text of each message is told without a gap, and nothing of it twice.</summary>
    private ChatEvent? New(ChatEvent piece, int offset, string text)
    {
        if (_messageId != piece.MessageId)
        {
            (_messageId, _text, _reasoning) = (piece.MessageId, 0, 0);
        }

        ref int told = ref piece.Kind == ChatEventKinds.Text ? ref _text : ref _reasoning;
        int known = Math.Max(0, told - offset);
        if (known >= text.Length)
        {
            return null;
        }

        told = offset + text.Length;
        return piece with { Text = text[known..], Offset = offset + known };
    }
}
