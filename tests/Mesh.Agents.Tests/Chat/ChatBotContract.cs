using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Chat;

public sealed class DirectChatBotTests : ChatBotContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class SerialisedChatBotTests : ChatBotContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

/// <summary>What people who talk with an agent see, whatever lies between them.</summary>
public abstract partial class ChatBotContract : RoomClientContract
{
    private readonly MemoryThreadStore _threads = new();

    [Fact]
    public async Task A_thread_begins_with_a_greeting_and_a_message_gets_its_answer()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("Hello ", "Ada.").Expecting("hi").Expecting("one message", request => request.Messages.Count == 1));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads) { Greeting = "What can I do for you?" });
        var opened = await ada.OpenAsync().InTime();

        var answer = await ada.SendAsync(opened.Thread, "hi").InTime();

        Assert.Equal("What can I do for you?", Assert.Single(opened.Entries).Text);
        Assert.Equal(new ChatAnswer(opened.Thread, 2, ChatOutcomes.Answered) { Text = "Hello Ada." }, answer);
        var read = await ada.OpenAsync(opened.Thread).InTime();
        Assert.Equal(
            [ThreadEntryKinds.Greeting, ThreadEntryKinds.Message, ThreadEntryKinds.AnswerBegun, ThreadEntryKinds.Message, ThreadEntryKinds.AnswerEnded],
            read.Entries.Select(entry => entry.Kind));
        Assert.Equal(["assistant", "ada", "assistant"], read.Entries.Where(entry => entry.Message is not null).Select(entry => entry.Author));
        Assert.Equal((5L, 0L, ChatStatus.Listening), (read.LastSequence, read.ClearedThrough, read.Status));
        Assert.Equal("ada", Assert.Single(EntriesOf("agents/assistant")).Caller);
        model.AssertFinished();
    }

    [Fact]
    public async Task Who_watches_sees_text_reasoning_calls_and_states_as_they_come()
    {
        await OfferAsync("tools", Tool.Create("look", () => "sun"));
        using var model = new ScriptedChatClient(
            ScriptedTurn.Empty.ThenThinks("Hm.").ThenCalls("kit_look"), ScriptedTurn.Says("It is ", "sunny.").ExpectingResult("sun"));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads) { Requires = [Requirement.Toolkit("kit")] });
        var bob = (await JoinAsync("bob")).ChatWith("assistant");
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync(bob, "t");

        await (await watching.Synced.InTime());
        await ada.SendAsync("t", "How is it?").InTime();
        var seen = await watching.Ended.InTime();

        Assert.Equal("It is sunny.", string.Concat(seen.Where(each => each.Kind == ChatEventKinds.Text).Select(each => each.Text)));
        Assert.Equal("Hm.", string.Concat(seen.Where(each => each.Kind == ChatEventKinds.Reasoning).Select(each => each.Text)));
        Assert.Equal("kit_look", Assert.Single(seen, each => each.Kind == ChatEventKinds.Call).Tool);
        Assert.Equal(["listening", "thinking", "calling kit_look", "thinking"], seen.Where(each => each.Status is not null).Select(each => $"{each.Status} {each.Tool}".TrimEnd()));
        var entries = seen.Where(each => each.Entry is not null).Select(each => each.Entry!).ToList();
        Assert.Equal([1, 2, 3, 4, 5, 6], entries.Select(entry => entry.Sequence));
        Assert.Equal(entries[4].Id, seen.First(each => each.Kind == ChatEventKinds.Text).MessageId);
    }

    [Fact]
    public async Task Who_comes_in_the_middle_of_an_answer_gets_its_text_so_far()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It is ").After(TimeSpan.FromSeconds(5)).ThenSays("sunny.")) { Clock = Clock };
        var ada = await StartAsync(model);
        await ada.OpenAsync("t").InTime();
        var early = WatchAsync(ada, "t", until: each => each.Text is not null);
        await (await early.Synced.InTime());
        var sending = ada.SendAsync("t", "How is it?").AsTask();
        await early.Ended.InTime();

        var late = WatchAsync(ada, "t", after: 0);
        await (await late.Synced.InTime());
        var text = late.Next(each => each.Text is not null);
        Assert.Equal(("It is ", 0), ((await text.InTime()).Text, (await text).Offset));
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(5));

        await sending.InTime();
        Assert.Equal("It is sunny.", string.Concat((await late.Ended.InTime()).Where(each => each.Kind == ChatEventKinds.Text).Select(each => each.Text)));
    }

    [Fact]
    public async Task A_thread_that_the_store_has_no_room_for_is_refused_and_the_reason_said()
    {
        using var model = new ScriptedChatClient();
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, new MemoryThreadStore(new() { MaxThreads = 1 })));
        await ada.OpenAsync("t").InTime();

        Assert.Equal(MeshErrorCode.StoreFull, (await Assert.ThrowsAsync<MeshException>(() => ada.OpenAsync("other").InTime())).Code);
        Assert.Equal(MeshErrorCode.StoreFull, (await Assert.ThrowsAsync<MeshException>(() => ada.SendAsync("other", "Hello.").InTime())).Code);
    }

    [Fact]
    public async Task What_is_mended_of_messages_that_an_agent_adds_itself_is_no_part_of_the_answer()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("Hello.").Expecting("a result for the call", request => request.Messages.Any(message => message.Role == ChatRole.Tool)));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads)
        {
            Answers = turn =>
            {
                turn.Chat.Messages.Insert(0, new(ChatRole.Assistant, [new FunctionCallContent("call", "kit_lost")]));
                return new(true);
            },
        });

        await ada.SendAsync("t", "Hello?").InTime();
        Assert.Equal(["Hello?", "Hello."], (await ada.OpenAsync("t").InTime()).Entries.Where(entry => entry.Kind == ThreadEntryKinds.Message).Select(entry => entry.Text));
        model.AssertFinished();
    }

    [Fact]
    public async Task A_cancelled_answer_is_kept_as_interrupted_and_the_next_one_goes_on()
    {
        using var model = new ScriptedChatClient(
            ScriptedTurn.Says("One, two").After(TimeSpan.FromHours(1)).ThenSays("never"),
            ScriptedTurn.Says("three.").Expecting("the cut answer", request => request.Messages.Any(message => message.Text == "One, two")))
        { Clock = Clock };
        var ada = await StartAsync(model);
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync(ada, "t", until: each => each.Text is not null);
        await (await watching.Synced.InTime());
        var sending = ada.SendAsync("t", "Count.").AsTask();
        await watching.Ended.InTime();

        Assert.True(await ada.CancelAsync("t").InTime());
        var answer = await sending.InTime();

        Assert.Equal((ChatOutcomes.Interrupted, "One, two"), (answer.Outcome, answer.Text));
        var entries = (await ada.OpenAsync("t").InTime()).Entries;
        Assert.Equal([true, true], entries.TakeLast(2).Select(entry => entry.IsInterrupted));
        Assert.False(await ada.CancelAsync("t").InTime());
        Assert.Equal("three.", (await ada.SendAsync("t", "Go on.").InTime()).Text);
        model.AssertFinished();
    }

    [Fact]
    public async Task An_answer_whose_reader_leaves_is_kept_as_interrupted()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("One, two").After(TimeSpan.FromHours(1)).ThenSays("never")) { Clock = Clock };
        var ada = await StartAsync(model);
        var leaver = await JoinAsync("bob");
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync(ada, "t");
        await (await watching.Synced.InTime());
        var sending = leaver.ChatWith("assistant").SendAsync("t", "Count.").AsTask();
        await watching.Next(each => each.Text is not null).InTime();

        await leaver.DisposeAsync().InTime();

        await Assert.ThrowsAnyAsync<Exception>(() => sending.InTime());
        var end = (await watching.Ended.InTime())[^1].Entry!;
        Assert.Equal((true, "One, two"), (end.IsInterrupted, (await ada.OpenAsync("t").InTime()).Entries[^2].Text));
    }

    [Fact]
    public async Task A_message_that_its_sender_cancels_is_kept_with_what_was_answered_so_far()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("One, two").After(TimeSpan.FromHours(1)).ThenSays("never")) { Clock = Clock };
        var ada = await StartAsync(model);
        using var cancellation = new CancellationTokenSource();
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync(ada, "t");
        await (await watching.Synced.InTime());
        var sending = ada.SendAsync("t", "Count.", cancellation.Token).AsTask();
        await watching.Next(each => each.Text is not null).InTime();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.InTime());
        var seen = await watching.Ended.InTime();
        Assert.Equal(["Count.", "One, two"], seen.Where(each => each.Entry?.Text is not null).Select(each => each.Entry!.Text));
        Assert.True(seen[^1].Entry!.IsInterrupted);
        Assert.Null(seen[^1].Entry!.Error);
    }

    [Fact]
    public async Task The_first_message_can_be_edited_and_a_branch_branches_again()
    {
        using var model = ScriptedChatClient.Answering(request => ScriptedTurn.Says($"{request.Messages.Count}: {request.Messages[^1].Text}"));
        var ada = await StartAsync(model);
        await ada.SendAsync("t", "one").InTime();

        var branch = await ada.EditAsync("t", 1, "two").InTime();
        var more = await ada.SendAsync(branch.Thread, "three").InTime();
        var again = await ada.EditAsync(branch.Thread, more.Sequence, "four").InTime();

        Assert.Equal(("1: two", "3: three", "3: four"), (branch.Text, more.Text, again.Text));
        Assert.Equal(new ThreadOrigin(branch.Thread, 4), (await ada.OpenAsync(again.Thread).InTime()).Origin);
        Assert.Equal(3, (await ada.ListAsync().InTime()).Threads.Count);
    }

    [Fact]
    public async Task What_the_model_fails_with_is_in_the_thread_and_tells_no_secrets()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("One").ThenFails(new IOException("key sk-123")), ScriptedTurn.Says("Fine."));
        var ada = await StartAsync(model);

        var error = await FailureOf(ada.SendAsync("t", "Count."));

        AssertCode(MeshErrorCode.Unavailable, error);
        var entries = (await ada.OpenAsync("t").InTime()).Entries;
        Assert.Equal(error.Message, entries[^1].Error);
        Assert.Equal(("One", true), (entries[^2].Text, entries[^2].IsInterrupted));
        Assert.DoesNotContain("sk-123", string.Join("\n", entries), StringComparison.Ordinal);
        Assert.Equal("key sk-123", Assert.Single(Faults).Exception?.GetBaseException().Message);
        Assert.Equal("Fine.", (await ada.SendAsync("t", "And now?").InTime()).Text);
    }

    [Fact]
    public async Task Two_who_write_at_the_same_instant_are_both_kept_and_both_answered_one_after_the_other()
    {
        int running = 0, most = 0;
        using var model = ScriptedChatClient.Answering(request =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            var turn = ScriptedTurn.Says($"to {request.Messages[^1].Text}");
            Interlocked.Decrement(ref running);
            return turn;
        });
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads) { Answers = _ => new(true) });
        var bob = (await JoinAsync("bob")).ChatWith("assistant");
        await ada.OpenAsync("t").InTime();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () => await (i % 2 == 0 ? ada : bob).SendAsync("t", $"m{i}")))).InTime();

        Assert.All(answers, (answer, i) => Assert.Equal((ChatOutcomes.Answered, true), (answer.Outcome, answer.Text!.EndsWith($"m{i}", StringComparison.Ordinal))));
        Assert.Equal(1, most);
        var entries = (await ada.OpenAsync("t", 500).InTime()).Entries;
        Assert.Equal(80, entries.Count);
        Assert.Equal(20, entries.Count(entry => entry.Kind == ThreadEntryKinds.Message && entry.ReplyTo is null));
        var ends = entries.Where(entry => entry.Kind is ThreadEntryKinds.AnswerBegun or ThreadEntryKinds.AnswerEnded).Select(entry => entry.Kind).ToList();
        Assert.Equal(Enumerable.Repeat((string[])[ThreadEntryKinds.AnswerBegun, ThreadEntryKinds.AnswerEnded], 20).SelectMany(each => each), ends);
    }

    [Fact]
    public async Task Among_several_people_it_answers_when_its_name_is_said_and_knows_who_said_what()
    {
        using var model = new ScriptedChatClient(
            ScriptedTurn.Says("Hello."),
            ScriptedTurn.Says("Bob, sun.").ExpectingInstructions("Several people").Expecting("the names", request =>
                request.Messages.Select(message => message.Text).SequenceEqual(["ada: hi", "Hello.", "bob: Lunch, Ada? My assistants are out.", "bob: Assistant, how is it?"])));
        var ada = await StartAsync(model);
        var bob = (await JoinAsync("bob")).ChatWith("assistant");
        await ada.SendAsync("t", "hi").InTime();

        Assert.Equal(ChatOutcomes.Unanswered, (await bob.SendAsync("t", "Lunch, Ada? My assistants are out.").InTime()).Outcome);
        Assert.Equal("Bob, sun.", (await bob.SendAsync("t", "Assistant, how is it?").InTime()).Text);
        model.AssertFinished();
    }

    [Fact]
    public async Task Clearing_lets_the_model_forget_and_keeps_the_thread()
    {
        using var model = new ScriptedChatClient(
            ScriptedTurn.Says("Noted."), ScriptedTurn.Says("I do not know.").Expecting("one message", request => request.Messages.Count == 1));
        var ada = await StartAsync(model);
        await ada.SendAsync("t", "The word is plum.").InTime();

        var cleared = await ada.ClearAsync("t").InTime();
        await ada.SendAsync("t", "Which word?").InTime();

        var thread = await ada.OpenAsync("t").InTime();
        Assert.Equal((cleared.Sequence, "ada"), (thread.ClearedThrough, cleared.Author));
        Assert.Equal("The word is plum.", thread.Entries[0].Text);
        model.AssertFinished();
    }

    [Fact]
    public async Task A_message_that_is_edited_makes_a_branch_and_what_was_before_is_kept()
    {
        using var model = new ScriptedChatClient(
            ScriptedTurn.Says("Hello."), ScriptedTurn.Says("Sun."),
            ScriptedTurn.Says("Rain.").Expecting("the branch", request => request.Messages.Select(message => message.Text).SequenceEqual(["hi", "Hello.", "In Bergen?"])));
        var ada = await StartAsync(model);
        await ada.SendAsync("t", "hi").InTime();
        var asked = await ada.SendAsync("t", "In Oslo?").InTime();

        var answer = await ada.EditAsync("t", asked.Sequence, "In Bergen?").InTime();

        Assert.Equal("Rain.", answer.Text);
        Assert.Equal(new ThreadOrigin("t", asked.Sequence - 1), (await ada.OpenAsync(answer.Thread).InTime()).Origin);
        Assert.Equal(["hi", "Hello.", "In Oslo?", "Sun."], (await ada.OpenAsync("t").InTime()).Entries.Select(entry => entry.Text).OfType<string>());
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.EditAsync("t", asked.Sequence + 2, "No answer of yours.")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(ada.EditAsync("none", 1, "?")));
    }

    [Fact]
    public async Task Attachments_reach_the_model_in_the_form_that_it_supports()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("Seen.").Expecting("the files", request => request.Messages[0].Contents is
            [TextContent { Text: "Look." }, DataContent { MediaType: "image/png", Name: "a.png" }, TextContent { Text: "(the file 'b.txt', text/plain:)\nplum" }, UriContent { Uri.Host: "example.org" }, TextContent]));
        var ada = await StartAsync(model);

        await ada.SendAsync(new ChatInput("Look.")
        {
            Attachments =
            [
                new("image/png") { Name = "a.png", Data = [1, 2, 3] },
                new("text/plain") { Name = "b.txt", Data = Utf8("plum") },
                new("image/png") { Uri = "https://example.org/c.png" },
                new("application/zip") { Data = [1] },
            ],
        }).InTime();

        model.AssertFinished();
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.SendAsync(new ChatInput("x") { Thread = "new", Attachments = [new("no type") { Data = [1] }] })));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(ada.ReadAsync("new")));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.SendAsync(new ChatInput(""))));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.SendAsync(new ChatInput("x") { Attachments = [new("image/png")] })));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.SendAsync(new ChatInput("x") { Attachments = [new("image/png") { Uri = "file:///etc/passwd" }] })));
    }

    [Fact]
    public async Task An_approval_goes_to_whoever_wrote_and_leaving_in_the_middle_of_it_runs_nothing()
    {
        var asked = new Signal();
        bool hasRun = false;
        await OfferAsync("tools", Tool.Create("erase", () => hasRun = true, new() { RequiresApproval = true }));
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("kit_erase"), ScriptedTurn.Says("It goes on."));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads) { Requires = [Requirement.Toolkit("kit")], Answers = _ => new(true) });
        var bob = await JoinAsync("bob", approver: async (_, cancellationToken) =>
        {
            asked.Set();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return ApprovalAnswer.Approved;
        });
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync(ada, "t");
        await (await watching.Synced.InTime());
        var sending = bob.ChatWith("assistant").SendAsync("t", "Erase it.").AsTask();
        await asked.InTime();

        await bob.DisposeAsync().InTime();

        await Assert.ThrowsAnyAsync<Exception>(() => sending.InTime());
        Assert.True((await watching.Ended.InTime())[^1].Entry!.IsInterrupted);
        Assert.False(hasRun);
        Assert.Equal("It goes on.", (await ada.SendAsync("t", "And now?").InTime()).Text);
    }

    [Fact]
    public async Task After_an_approval_below_the_models_own_call_it_is_that_call_which_goes_on()
    {
        await OfferAsync(
            "tools",
            Tool.Create("tidy", async (CallContext call) => (await call.Room.Toolkits.TryInvokeAsync("kit/erase")).IsResult),
            Tool.Create("erase", () => true, new() { RequiresApproval = true }));
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("kit_tidy"), ScriptedTurn.Says("I may not."));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads) { Requires = [Requirement.Toolkit("kit")], Answers = _ => new(true) });
        var bob = await JoinAsync("bob", approver: (_, _) => new(ApprovalAnswer.Refused("No.")));
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync(ada, "t");
        await (await watching.Synced.InTime());

        await bob.ChatWith("assistant").SendAsync("t", "Tidy up.").InTime();

        Assert.Equal(
            ["listening", "thinking", "calling kit_tidy", "asking kit/erase", "calling kit_tidy", "thinking"],
            (await watching.Ended.InTime()).Where(each => each.Status is not null).Select(each => $"{each.Status} {each.Tool}".TrimEnd()));
    }

    [Fact]
    public async Task Of_several_calls_it_is_the_one_that_led_to_an_approval_which_goes_on_after_it()
    {
        var asked = new Signal();
        await OfferAsync(
            "tools",
            Tool.Create("tidy", async (CallContext call) => (await call.Room.Toolkits.TryInvokeAsync("kit/erase")).IsResult),
            Tool.Create("wait", async (CallContext call) => await asked.WaitAsync(call.CancellationToken)),
            Tool.Create("erase", () => true, new() { RequiresApproval = true }));
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("kit_tidy").ThenCalls("kit_wait"), ScriptedTurn.Says("I may not."));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads) { Requires = [Requirement.Toolkit("kit")], Answers = _ => new(true) });
        var bob = await JoinAsync("bob", approver: (_, _) => new(ApprovalAnswer.Refused("No.")));
        var answer = new Watching(bob.ChatWith("assistant").StreamAsync("t", "Tidy up."), each => each.Answer is not null);
        await answer.Next(each => each.Status == ChatStatus.Asking).InTime();
        asked.Set();

        var states = (await answer.Ended.InTime()).Where(each => each.Status is not null).Select(each => $"{each.Status} {each.Tool}".TrimEnd()).ToList();
        Assert.Equal(["asking kit/erase", "calling kit_tidy", "thinking"], states.SkipWhile(state => state != "asking kit/erase"));
    }

    [Fact]
    public async Task A_thread_outlives_its_agent_and_calls_that_a_crash_cut_off_are_mended()
    {
        await _threads.OpenAsync("t");
        await _threads.AppendAsync("t", ThreadEntry.Of("m1", "ada", new(ChatRole.User, "Look.")));
        await _threads.AppendAsync("t", new("m1.a", ThreadEntryKinds.AnswerBegun, "assistant") { ReplyTo = "m1" });
        await _threads.AppendAsync("t", ThreadEntry.Of("m1.a1", "assistant", new(ChatRole.Assistant, [new FunctionCallContent("c1", "kit_look")])) with { ReplyTo = "m1" });
        using var model = new ScriptedChatClient(ScriptedTurn.Says("I was interrupted.").Expecting(
            "a result for the call", request => request.Messages[2].Contents is [FunctionResultContent { CallId: "c1" }]));
        var ada = await StartAsync(model);

        Assert.Equal("I was interrupted.", (await ada.SendAsync("t", "What happened?").InTime()).Text);
        model.AssertFinished();
    }

    [Fact]
    public async Task Older_entries_are_read_in_pages()
    {
        await _threads.OpenAsync("t");
        for (int i = 1; i <= 120; i++)
        {
            await _threads.AppendAsync("t", ThreadEntry.Of($"{i}", "ada", new(ChatRole.User, $"{i}")));
        }

        using var model = new ScriptedChatClient();
        var ada = await StartAsync(model);

        var opened = await ada.OpenAsync("t").InTime();
        var older = await ada.ReadAsync("t", opened.Cursor).InTime();
        var oldest = await ada.ReadAsync("t", older.Cursor, 100).InTime();

        Assert.Equal(("71", "120", "21", "1"), (opened.Entries[0].Text, opened.Entries[^1].Text, older.Entries[0].Text, oldest.Entries[0].Text));
        Assert.Null(oldest.Cursor);
    }

    [Fact]
    public async Task What_people_do_takes_a_right_and_a_thread_that_is_there()
    {
        using var model = new ScriptedChatClient();
        var ada = await StartAsync(model);
        var stranger = (await JoinAsync("bob", Tools("other/*"))).ChatWith("assistant");
        await ada.OpenAsync("t").InTime();

        AssertCode(MeshErrorCode.NotGranted, await FailureOf(stranger.OpenAsync("t")));
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(stranger.CancelAsync("t")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(ada.ReadAsync("none")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(ada.ClearAsync("none")));
        var error = await Assert.ThrowsAsync<MeshException>(() => ada.WatchAsync("none").ToListInTimeAsync());
        AssertCode(MeshErrorCode.NotFound, error.Error);
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.OpenAsync(new string('x', 129))));
    }

    [Fact]
    public async Task A_second_agent_of_the_name_is_refused_and_a_stopped_one_leaves_nothing()
    {
        using var model = new ScriptedChatClient();
        var bot = new ChatBot("assistant", model);
        var ada = await StartAsync(model, _ => bot);
        await using var second = new ChatBot("assistant", model);
        var other = await JoinAsync("other", Grants.AgentDefault, ParticipantRole.Agent);

        AssertCode(MeshErrorCode.NameTaken, (await Assert.ThrowsAsync<MeshException>(() => second.StartAsync(other).InTime())).Error);
        await bot.DisposeAsync().InTime();
        AssertCode(MeshErrorCode.NotFound, await FailureOf(ada.OpenAsync("t")));
        await second.StartAsync(other).InTime();
        Assert.Equal("t", (await ada.OpenAsync("t").InTime()).Thread);
    }

    [Fact]
    public async Task Of_two_of_a_name_that_start_at_the_same_instant_one_serves()
    {
        using var model = new ScriptedChatClient();
        for (int i = 0; i < 8; i++)
        {
            var (one, other) = (await JoinAsync($"one{i}", Grants.AgentDefault, ParticipantRole.Agent), await JoinAsync($"other{i}", Grants.AgentDefault, ParticipantRole.Agent));
            await using var first = new ChatBot($"bot{i}", model);
            await using var second = new ChatBot($"bot{i}", model);

            var failures = await Task.WhenAll(Task.Run(() => TryAsync(first, one)), Task.Run(() => TryAsync(second, other))).InTime();

            AssertCode(MeshErrorCode.NameTaken, Assert.Single(failures, failure => failure is not null));
        }

        static async Task<MeshError?> TryAsync(ChatBot bot, RoomClient room)
        {
            try
            {
                await bot.StartAsync(room);
                return null;
            }
            catch (MeshException exception)
            {
                return exception.Error;
            }
        }
    }

    [Fact]
    public async Task Threads_are_listed_to_who_has_written_into_them_the_latest_first()
    {
        using var model = ScriptedChatClient.Answering(_ => ScriptedTurn.Says("Yes."));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads) { Greeting = "Hello." });
        var bob = (await JoinAsync("bob")).ChatWith("assistant");
        foreach (string thread in (string[])["a", "b", "c"])
        {
            await ada.SendAsync(thread, $"about {thread}").InTime();
        }

        await bob.SendAsync("b", "mine too").InTime();
        await ada.SendAsync("a", new string('x', 79) + "\U0001F600").InTime();
        await ada.ClearAsync("b").InTime();

        var first = await ada.ListAsync(limit: 2).InTime();
        var second = await ada.ListAsync(first.Cursor, 2).InTime();

        Assert.Equal([("b", null), ("a", "about a"), ("c", "about c")], first.Threads.Concat(second.Threads).Select(thread => (thread.Thread, thread.Title)));
        Assert.Equal(9, first.Threads[1].LastSequence);
        Assert.Equal(Clock.GetUtcNow(), first.Threads[0].Time);
        Assert.Null(second.Cursor);
        Assert.Equal("b", Assert.Single((await bob.ListAsync().InTime()).Threads).Thread);
        Assert.Empty((await (await JoinAsync("eve")).ChatWith("assistant").ListAsync().InTime()).Threads);
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.ListAsync("none")));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.ListAsync(limit: 101)));
    }

    [Fact]
    public async Task A_thread_that_somebody_may_not_use_is_not_there_for_them_in_any_way()
    {
        using var model = ScriptedChatClient.Answering(_ => ScriptedTurn.Says("Yes."));
        var ada = await StartAsync(model, bot => new PickyBot(bot.Name, bot.Model, _threads));
        var bob = (await JoinAsync("bob")).ChatWith("assistant");
        await bob.SendAsync("shared", "hi").InTime();
        await ada.SendAsync("adas", "hi").InTime();
        await _threads.AppendAsync("adas", ThreadEntry.Of("bobs", "bob", new(ChatRole.User, "was here")));

        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.OpenAsync("adas")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.ReadAsync("adas")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.SendAsync("adas", "hi")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.EditAsync("adas", 1, "hi")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.CancelAsync("adas")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.ClearAsync("adas")));
        AssertCode(MeshErrorCode.NotFound, (await Assert.ThrowsAsync<MeshException>(() => bob.WatchAsync("adas").ToListInTimeAsync())).Error);
        Assert.Equal("shared", Assert.Single((await bob.ListAsync().InTime()).Threads).Thread);
        Assert.Equal(5, (await ada.OpenAsync("adas").InTime()).LastSequence);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_a_crash_cut_off_is_ended_when_the_thread_is_opened_or_the_next_one_begins(bool isOpened)
    {
        await CrashAsync();
        using var model = new ScriptedChatClient(ScriptedTurn.Says("Yes."));
        var ada = await StartAsync(model);

        if (isOpened)
        {
            var opened = await ada.OpenAsync("t").InTime();
            Assert.Equal((3L, ThreadEntryKinds.AnswerEnded, "m1", true), (opened.LastSequence, opened.Entries[^1].Kind, opened.Entries[^1].ReplyTo, opened.Entries[^1].IsInterrupted));
            Assert.NotNull(opened.Entries[^1].Error);
        }

        await ada.SendAsync("t", "And now?").InTime();

        var kinds = (await ada.OpenAsync("t").InTime()).Entries.Select(entry => (entry.Kind, entry.IsInterrupted)).ToList();
        Assert.Equal((ThreadEntryKinds.AnswerEnded, true), kinds[isOpened ? 2 : 3]);
        Assert.Equal(7, kinds.Count);
        Assert.Equal((ThreadEntryKinds.AnswerEnded, false), kinds[^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_said_until_a_crash_is_kept_but_for_the_last_second_and_the_next_answer_goes_on(bool isOpened)
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("One").After(TimeSpan.FromSeconds(2)).ThenSays(", two", ", three").After(TimeSpan.FromHours(1)).ThenSays("never")) { Clock = Clock };
        var ada = await StartAsync(model);
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync(ada, "t", until: each => each.Text?.Contains("three", StringComparison.Ordinal) == true);
        await (await watching.Synced.InTime());
        var sending = ada.SendAsync("t", "Count.").AsTask();
        await watching.Next(each => each.Text is not null).InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(2));
        await watching.Ended.InTime();

        // To the store it is as if the first host had been killed: it says nothing more.
        await using var host = new MeshHost(new() { TimeProvider = Clock, DrainTimeout = TimeSpan.Zero });
        await using var room = await host.JoinAsync("after", "bot", Grants.AgentDefault, new() { Role = ParticipantRole.Agent });
        await using var person = await host.JoinAsync("after", "ada");
        using var next = new ScriptedChatClient(ScriptedTurn.Says("four").Expecting("the cut answer", request => request.Messages.Any(message => message.Text == "One, two")));
        await using var bot = new ChatBot("assistant", next, _threads);
        await bot.StartAsync(room).InTime();
        var again = person.ChatWith("assistant");
        if (isOpened)
        {
            var entries = (await again.OpenAsync("t").InTime()).Entries;
            Assert.Equal([("Count.", false), (null, false), ("One, two", true), (null, true)], entries.Select(entry => (entry.Text, entry.IsInterrupted)));
        }

        Assert.Equal("four", (await again.SendAsync("t", "Go on.").InTime()).Text);
        next.AssertFinished();
        Assert.Null(await _threads.FindDraftAsync("t", "assistant"));
        await ada.CancelAsync("t").InTime();
        await sending.InTime();
    }

    [Fact]
    public async Task An_answer_that_is_whole_leaves_no_draft()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("One").After(TimeSpan.FromSeconds(2)).ThenSays(", two").After(TimeSpan.FromSeconds(2)).ThenSays(".")) { Clock = Clock };
        var ada = await StartAsync(model);
        var sending = ada.SendAsync("t", "Count.").AsTask();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(2));
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(2));

        Assert.Equal("One, two.", (await sending.InTime()).Text);
        Assert.Null(await _threads.FindDraftAsync("t", "assistant"));
        Assert.Equal(4, (await ada.OpenAsync("t").InTime()).Entries.Count);
    }

    [Fact]
    public async Task Opening_a_thread_leaves_the_answer_alone_that_is_being_written()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("One").After(TimeSpan.FromSeconds(5)).ThenSays(", two.")) { Clock = Clock };
        var ada = await StartAsync(model);
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync(ada, "t");
        await (await watching.Synced.InTime());
        var sending = ada.SendAsync("t", "Count.").AsTask();
        await watching.Next(each => each.Text is not null).InTime();

        Assert.Equal(2, (await ada.OpenAsync("t").InTime()).LastSequence);
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(5));

        Assert.Equal("One, two.", (await sending.InTime()).Text);
        Assert.False((await watching.Ended.InTime())[^1].Entry!.IsInterrupted);
    }

    [Fact]
    public async Task An_answer_that_is_over_just_before_the_next_begins_is_a_part_of_it()
    {
        using var model = new ScriptedChatClient(
            ScriptedTurn.Says("One").After(TimeSpan.FromSeconds(5)).ThenSays(", two."),
            ScriptedTurn.Says("three.").Expecting("the whole answer", request => request.Messages.Any(message => message.Text == "One, two.")))
        { Clock = Clock };
        Task? first = null;
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads)
        {
            Answers = async turn =>
            {
                if (turn.Message.Text == "Go on.")
                {
                    // What was said is read by now, and the turn is not taken yet.
                    await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(5));
                    await first!.InTime();
                }

                return true;
            },
        });
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync(ada, "t", until: each => each.Text is not null);
        await (await watching.Synced.InTime());
        first = ada.SendAsync("t", "Count.").AsTask();
        await watching.Ended.InTime();

        Assert.Equal("three.", (await ada.SendAsync("t", "Go on.").InTime()).Text);
        model.AssertFinished();
    }

    [Fact]
    public async Task Beyond_64_messages_that_wait_the_next_is_kept_and_refused_an_answer()
    {
        // When all of them are cancelled, those that are not cancelled first are answered next.
        using var model = ScriptedChatClient.Answering(_ => ScriptedTurn.Empty.After(TimeSpan.FromHours(1)).ThenSays("never"), Clock);
        var ada = await StartAsync(model);
        using var cancellation = new CancellationTokenSource();
        await ada.OpenAsync("t").InTime();

        var sending = Enumerable.Range(0, 66).Select(i => ada.SendAsync("t", $"m{i}", cancellation.Token).AsTask()).ToList();
        var refused = await Task.WhenAny(sending).InTime();

        AssertCode(MeshErrorCode.Overloaded, (await Assert.ThrowsAsync<MeshException>(() => refused)).Error);
        Assert.Contains((await _threads.ReadAfterAsync("t", 0, 100)).Entries, entry => entry.Text == $"m{sending.IndexOf(refused)}");
        await cancellation.CancelAsync();
        sending.Remove(refused);
        await Task.WhenAll(sending.Select(each => Assert.ThrowsAnyAsync<OperationCanceledException>(() => each.InTime())));
    }

    [Fact]
    public async Task A_watcher_that_falls_behind_is_told_so_and_misses_no_entry_and_no_text()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says(Enumerable.Repeat("word ", 4_000)));
        var ada = await StartAsync(model);
        var bob = (await JoinAsync("bob")).ChatWith("assistant");
        await ada.OpenAsync("t").InTime();
        await using var watch = bob.WatchAsync("t").GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync().InTime());

        await ada.SendAsync("t", "Talk.").InTime();
        var entries = new List<ThreadEntry>();
        long missed = 0;
        while (entries.LastOrDefault()?.Kind != ThreadEntryKinds.AnswerEnded && await watch.MoveNextAsync().InTime())
        {
            entries.AddRange(watch.Current.Entry is { } entry ? [entry] : []);
            missed += watch.Current.Missed ?? 0;
        }

        Assert.InRange(missed, 1, 4_100);
        Assert.Equal([1, 2, 3, 4], entries.Select(entry => entry.Sequence));
        Assert.Equal(20_000, entries[2].Text!.Length);
    }

    protected sealed record BotParts(string Name, IChatClient Model);

    private async Task CrashAsync()
    {
        await _threads.OpenAsync("t");
        await _threads.AppendAsync("t", ThreadEntry.Of("m1", "ada", new(ChatRole.User, "Look.")));
        await _threads.AppendAsync("t", new("m1.a", ThreadEntryKinds.AnswerBegun, "assistant") { ReplyTo = "m1" });
    }

    private static Watching WatchAsync(ChatBotClient chat, string thread, long? after = null, Func<ChatEvent, bool>? until = null) =>
        new(chat.WatchAsync(thread, after), until ?? (each => each.Entry?.Kind == ThreadEntryKinds.AnswerEnded));

    private async Task<ChatBotClient> StartAsync(IChatClient model, Func<BotParts, ChatBot>? make = null)
    {
        var room = await JoinAsync("bot", Grants.AgentDefault, ParticipantRole.Agent);
        var bot = make?.Invoke(new("assistant", model)) ?? new ChatBot("assistant", model, _threads);
        await bot.StartAsync(room).InTime();
        return (await JoinAsync("ada")).ChatWith("assistant");
    }

    private sealed class PickyBot(string name, IChatClient model, IThreadStore threads) : ChatBot(name, model, threads)
    {
        protected override ValueTask<bool> MayUseAsync(Participant participant, string thread) => new(thread == "shared" || thread.StartsWith(participant.Name, StringComparison.Ordinal));
    }

    /// <summary>A watch that is read as it comes.</summary>
    private sealed class Watching
    {
        private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<(Func<ChatEvent, bool> Is, TaskCompletionSource<ChatEvent> Came)> _awaited = [];
        private readonly List<ChatEvent> _seen = [];

        public Watching(IAsyncEnumerable<ChatEvent> events, Func<ChatEvent, bool> isLast) => Ended = ReadAsync(events, isLast);

        /// <summary>Completes when the watch has begun; the inner task is that of the watch's own failure, or done.</summary>
        public Task<Task> Synced => Task.WhenAny(_synced.Task, Ended);

        public Task<IReadOnlyList<ChatEvent>> Ended { get; }

        public Task<ChatEvent> Next(Func<ChatEvent, bool> isIt)
        {
            var came = new TaskCompletionSource<ChatEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_seen)
            {
                if (_seen.FirstOrDefault(isIt) is { } seen)
                {
                    came.SetResult(seen);
                }
                else
                {
                    _awaited.Add((isIt, came));
                }
            }

            return came.Task;
        }

        private async Task<IReadOnlyList<ChatEvent>> ReadAsync(IAsyncEnumerable<ChatEvent> events, Func<ChatEvent, bool> isLast)
        {
            await foreach (var each in events)
            {
                lock (_seen)
                {
                    _seen.Add(each);
                    _awaited.FindAll(awaited => awaited.Is(each)).ForEach(awaited => awaited.Came.TrySetResult(each));
                }

                if (each.Kind == ChatEventKinds.Synced)
                {
                    _synced.TrySetResult();
                }

                if (isLast(each))
                {
                    break;
                }
            }

            return _seen;
        }
    }
}
