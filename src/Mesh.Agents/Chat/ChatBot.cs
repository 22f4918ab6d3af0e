using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// An agent that people talk to. What is said is kept in threads, which outlive the room where their store does; what it answers is told to
/// everybody who watches the thread, as it comes. Use it as it is, or derive from it. Each thing that people do is a call of the room: talking is
/// asking the agent, with <see cref="ChatInput"/>; listing, opening, reading, watching, cancelling and clearing are tools of the toolkit
/// <c>chat.NAME</c>. <see cref="ChatBotClient"/> has them as methods.
/// </summary>
/// <remarks>
/// <para>An answer is a part of the call of whoever wrote the message: its tools are called with the rights, the budgets and the approver of
/// that person, and it is interrupted when they leave. What came of an answer that was interrupted or failed is kept, and the next one goes on
/// from there. One answer is written at a time in a thread; messages that come meanwhile are kept at once and answered one after the other,
/// 64 of them at most.</para>
/// <para>Who knows the id of a thread may read it and write into it, unless <see cref="MayUseAsync"/> says otherwise; a thread that is opened
/// without an id gets one that cannot be guessed. Listed are to each the threads that they have written into, by the name that they have in the
/// room: where anybody may take any name, grant <c>chat.NAME/threads</c> to nobody. One agent of a name serves a room: its threads are at one place.</para>
/// <para>Images, audio and PDF are handed to the model as they are, links as links, text, JSON and XML as text; of other files it reads the
/// name, type and size.</para>
/// </remarks>
/// <example><code>
/// await using var assistant = new ChatBot("assistant", model) { Greeting = "What can I do for you?", Requires = [Requirement.Toolkit("files")] };
/// await assistant.StartAsync(room);
///
/// var chat = ada.ChatWith("assistant");
/// var thread = await chat.OpenAsync();
/// var answer = await chat.SendAsync(thread.Thread, "What is in the folder?");
/// </code></example>
public class ChatBot : TaskRunner<ChatInput, ChatAnswer>
{
    private readonly ToolLoop _loop;
    private readonly ChatFeeds _feeds = new();
    private ToolkitRegistration? _tools;
    private CancellationTokenSource? _stopping;

    /// <summary>An agent of a model.</summary>
    /// <param name="name">The name: 1 to 59 letters, digits, <c>_</c> and <c>-</c>, in segments divided by dots.</param>
    /// <param name="model">The model; it stays its owner's.</param>
    /// <param name="threads">Where its threads are kept; null for in memory, as long as this object lives. It stays its owner's.</param>
    /// <param name="options">What the agent says of itself; null for the defaults.</param>
    /// <param name="loop">Limits of an answer, and what makes a long thread shorter for the model; null for the defaults.</param>
    /// <exception cref="MeshException">The name or an option is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public ChatBot(string name, IChatClient model, IThreadStore? threads = null, AgentOptions? options = null, ToolLoopOptions? loop = null)
        : base(name, ChatJsonContext.Default.ChatInput, ChatJsonContext.Default.ChatAnswer, options)
    {
        _loop = new(model, loop);
        Threads = threads ?? new MemoryThreadStore();
        if (ChatTools.NameOf(name).Length > 64)
        {
            throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, $"'{name}' is too long for the name of a ChatBot: its toolkit is named 'chat.{name}'.")
            {
                Remedy = "Use at most 59 characters.",
            });
        }
    }

    /// <summary>Where its threads are kept.</summary>
    public IThreadStore Threads { get; }

    /// <summary>What it says first of all in a new thread, for people; null, the default, for nothing.</summary>
    public string? Greeting { get; init; }

    /// <summary>What the model is told at the beginning, one rule each; none by default. The rules of the toolkits that it may use follow.</summary>
    public IReadOnlyList<string> Rules { get; init => field = [.. value ?? []]; } = [];

    /// <summary>Options for the model, such as its name or temperature; null, the default, for none. They are copied for each answer.</summary>
    public ChatOptions? ChatOptions { get; init; }

    /// <summary>Decides whether a message is answered; null, the default, for the rule that <see cref="ShouldAnswerAsync"/> states.</summary>
    public Func<ChatTurn, ValueTask<bool>>? Answers { get; init; }

    /// <summary>
    /// Whether a message is answered. By default as <see cref="Answers"/> says; without that, always in a thread where one person writes, and in one
    /// of several people where the agent's name is said.
    /// </summary>
    /// <param name="turn">The message.</param>
    protected virtual ValueTask<bool> ShouldAnswerAsync(ChatTurn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        return Answers?.Invoke(turn) ?? new(turn.People.Count <= 1 || Says(turn.Message.Text ?? "", Name[(Name.LastIndexOf('.') + 1)..]));
    }

    /// <summary>What the model is told for a message, by its thread or its author. By default <see cref="Rules"/>.</summary>
    /// <param name="turn">The message.</param>
    protected virtual ValueTask<IReadOnlyList<string>> GetRulesAsync(ChatTurn turn) => new(Rules);

    /// <summary>What the model may use for a message. By default what the agent may use in the call.</summary>
    /// <param name="turn">The message.</param>
    protected virtual ValueTask<RoomFunctions> GetFunctionsAsync(ChatTurn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        return RoomFunctions.OfAsync(turn.Context);
    }

    /// <summary>Whether a participant may do anything with a thread; one that may not is told that there is none. By default everybody may who has the right to the tools.</summary>
    /// <param name="participant">Who.</param>
    /// <param name="thread">The thread.</param>
    protected virtual ValueTask<bool> MayUseAsync(Participant participant, string thread) => new(true);

    /// <summary>How an attachment is handed to the model. By default as the remarks of the class say.</summary>
    /// <param name="attachment">The attachment, which has either bytes or an address.</param>
    /// <exception cref="ToolException">It cannot be; the message is for whoever sent it.</exception>
    protected virtual AIContent ToContent(ChatAttachment attachment)
    {
        ArgumentNullException.ThrowIfNull(attachment);
        return ChatAttachments.ToContent(attachment);
    }

    /// <summary>Offers the tools of the threads. Who overrides it calls it.</summary>
    /// <inheritdoc/>
    protected override async ValueTask OnStartAsync(CancellationToken cancellationToken)
    {
        _stopping = new();
        _tools = await Room.Toolkits.RegisterAsync(
            new ChatTools(Name, Threads, _feeds, OpenAsync, MayUseAsync, _stopping.Token).ToToolkit(),
            Registration with { MaxConcurrency = null, MaxWaiting = null, Exclusive = true },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Withdraws the tools of the threads. Who overrides it calls it.</summary>
    /// <inheritdoc/>
    protected override async ValueTask OnStopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _tools, null) is { } tools)
        {
            // Watches do not end by themselves, and withdrawing the tools would wait for them. Without a timer the source holds nothing.
            await _stopping!.CancelAsync().ConfigureAwait(false);
            await tools.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes a message, and answers it.</summary>
    /// <param name="context">The call.</param>
    /// <param name="input">The message.</param>
    protected sealed override ValueTask<ChatAnswer> AskAsync(AgentCallContext context, ChatInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        return OwnFailures.TellAsync(async () =>
        {
            var said = ChatAttachments.ToMessage(input, ToContent);
            string thread = await PlaceAsync(context.Call, input).ConfigureAwait(false);
            using var lease = _feeds.Enter(thread);
            var entry = ThreadEntry.Of(context.Call.Request.Id.ToString(), ThreadEntryKinds.Message, context.Caller.Name, said, null, context.Room.TimeProvider.GetUtcNow());
            var message = await lease.Feed.AppendAsync(Threads, thread, entry, context.CancellationToken).ConfigureAwait(false);
            return await AnswerAsync(context, lease.Feed, thread, message, said).ConfigureAwait(false);
        });
    }

    private static bool Says(string text, string name)
    {
        for (int at = 0; (at = text.IndexOf(name, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            int end = at + name.Length;
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The thread that a message goes into: made, or branched off, where it has to be.</summary>
    private async ValueTask<string> PlaceAsync(CallContext call, ChatInput input)
    {
        string id = call.Request.Id.ToString();
        if (input.Replaces is not { } replaced)
        {
            await OpenAsync(call, input.Thread ?? id).ConfigureAwait(false);
            return input.Thread ?? id;
        }

        string thread = input.Thread ?? throw ChatAttachments.Invalid("A message is replaced without saying in which thread.", "Name the thread.");
        await GuardAsync(call, thread).ConfigureAwait(false);
        var page = await Threads.ReadAfterAsync(thread, replaced - 1, 1, call.CancellationToken).ConfigureAwait(false);
        if (page.Entries is not [{ Kind: ThreadEntryKinds.Message, ReplyTo: null }])
        {
            throw ChatAttachments.Invalid($"Entry {replaced} of thread '{thread}' is no message of a person.", "Take the sequence of a message that somebody has sent.");
        }

        return (await Threads.BranchAsync(thread, replaced - 1, id, call.CancellationToken).ConfigureAwait(false)).Id;
    }

    private async ValueTask<ChatAnswer> AnswerAsync(AgentCallContext context, ChatFeed feed, string thread, ThreadEntry message, ChatMessage said)
    {
        long over = feed.TurnsOver;
        var (turn, open) = await ReadAsync(context, thread, message, said).ConfigureAwait(false);
        if (!await ShouldAnswerAsync(turn).ConfigureAwait(false))
        {
            return new(thread, message.Sequence, ChatOutcomes.Unanswered);
        }

        await feed.EnterTurnAsync(context.CancellationToken).ConfigureAwait(false);
        try
        {
            // What was answered meanwhile is a part of it.
            (turn, open) = feed.TurnsOver == over ? (turn, open) : await ReadAsync(context, thread, message, said).ConfigureAwait(false);
            if (open.Count > 0)
            {
                // Nobody writes them any more. What is still known of them is a part of what was said.
                await ChatTurnRun.CloseAsync(Threads, feed, thread, Name, open, context.Room.TimeProvider.GetUtcNow()).ConfigureAwait(false);
                (turn, _) = await ReadAsync(context, thread, message, said).ConfigureAwait(false);
            }

            context.Features.Set(turn.Chat);
            foreach (string rule in await GetRulesAsync(turn).ConfigureAwait(false))
            {
                turn.Chat.Rules.Add(rule);
            }

            if (turn.People.Count > 1)
            {
                turn.Chat.Rules.Add(ChatHistory.SeveralPeople);
            }

            var functions = await GetFunctionsAsync(turn).ConfigureAwait(false);
            return await new ChatTurnRun(Threads, feed, turn, Name).RunAsync(_loop, functions, LlmPrompt.OptionsOf(ChatOptions, [.. turn.Chat.Rules])).ConfigureAwait(false);
        }
        finally
        {
            feed.LeaveTurn();
        }
    }

    private async ValueTask<(ChatTurn Turn, IReadOnlyList<ThreadEntry> Open)> ReadAsync(AgentCallContext context, string thread, ThreadEntry message, ChatMessage said)
    {
        var (chat, people, open) = await ChatHistory.ReadAsync(Threads, thread, message, said, context.CancellationToken).ConfigureAwait(false);
        return (new(context, thread, message, chat, people), open);
    }

    private async ValueTask OpenAsync(CallContext call, string thread)
    {
        await GuardAsync(call, thread).ConfigureAwait(false);
        var info = await Threads.OpenAsync(thread, call.CancellationToken).ConfigureAwait(false);
        if (info.LastSequence == 0 && Greeting is { } greeting)
        {
            using var lease = _feeds.Enter(thread);
            var entry = ThreadEntry.Of("greeting", ThreadEntryKinds.Greeting, Name, new(ChatRole.Assistant, greeting), null, call.Room.TimeProvider.GetUtcNow());
            await lease.Feed.AppendAsync(Threads, thread, entry, call.CancellationToken).ConfigureAwait(false);
        }
    }

    private ValueTask GuardAsync(CallContext call, string thread) => ChatTools.GuardAsync(MayUseAsync, call, thread);
}
