using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Chat;

/// <summary>What becomes of an answer whose store fails in the middle of it.</summary>
public abstract partial class ChatBotContract
{
    private readonly HookedThreadStore _hooked = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_the_store_does_not_take_is_found_in_its_draft(bool isFull)
    {
        Exception failure = isFull ? new MeshException(ThreadErrors.Full("t", "2 entries of a thread")) : new IOException("The disk is gone.");
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It is ", "sunny."), ScriptedTurn.Says("Yes.").Expecting("the answer", request => request.Messages.Any(message => message.Text == "It is sunny.")));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _hooked));
        await ada.OpenAsync("t").InTime();
        _hooked.OnAppend = entry => entry is { Kind: ThreadEntryKinds.Message, Author: "assistant" } ? failure : null;

        var failed = await Assert.ThrowsAsync<MeshException>(() => ada.SendAsync("t", "How is it?").InTime());
        _hooked.OnAppend = null;
        var opened = await ada.OpenAsync("t").InTime();

        Assert.Equal(isFull ? MeshErrorCode.StoreFull : MeshErrorCode.HandlerFailed, failed.Code);
        Assert.Equal([ThreadEntryKinds.Message, ThreadEntryKinds.AnswerBegun, ThreadEntryKinds.Message, ThreadEntryKinds.AnswerEnded], opened.Entries.Select(entry => entry.Kind));
        Assert.Equal(("It is sunny.", true), (opened.Entries[2].Text, opened.Entries[3].IsInterrupted));
        Assert.Equal(ChatOutcomes.Answered, (await ada.SendAsync("t", "Really?").InTime()).Outcome);
        model.AssertFinished();
    }

    [Fact]
    public async Task An_answer_that_the_store_takes_in_no_form_ends_with_the_reason()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It is sunny."));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _hooked));
        await ada.OpenAsync("t").InTime();
        _hooked.OnAppend = entry => entry is { Kind: ThreadEntryKinds.Message, Author: "assistant" } ? new IOException() : null;
        _hooked.OnDraft = draft => new IOException();

        await Assert.ThrowsAsync<MeshException>(() => ada.SendAsync("t", "How is it?").InTime());
        var ended = (await ada.OpenAsync("t").InTime()).Entries[^1];

        Assert.Equal((ThreadEntryKinds.AnswerEnded, true), (ended.Kind, ended.IsInterrupted));
        Assert.Equal("What was said could not be kept.", ended.Error);
    }

    [Fact]
    public async Task Results_do_not_come_into_the_thread_without_their_call_where_the_store_refuses_that_once()
    {
        await OfferAsync("tools", Tool.Create("look", () => "sun"));
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("kit_look"), ScriptedTurn.Says("Yes.").Expecting("the call and its result", request => request.Messages.Select(message => message.Contents[0].GetType().Name)
                .SequenceEqual([nameof(TextContent), nameof(FunctionCallContent), nameof(FunctionResultContent), nameof(TextContent)])));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _hooked) { Requires = [Requirement.Toolkit("kit")] });
        int refused = 0;
        _hooked.OnAppend = entry => entry is { Kind: ThreadEntryKinds.Message, Author: "assistant" } && refused++ == 0 ? new IOException() : null;

        await Assert.ThrowsAsync<MeshException>(() => ada.SendAsync("t", "How is it?").InTime());

        Assert.Equal(ChatOutcomes.Answered, (await ada.SendAsync("t", "Really?").InTime()).Outcome);
        model.AssertFinished();
    }

    [Fact]
    public async Task Who_watches_is_told_of_an_entry_that_the_store_has_added_and_failed()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It is sunny."));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _hooked));
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync((await JoinAsync("bob")).ChatWith("assistant"), "t");
        await (await watching.Synced.InTime());
        var first = watching.Next(each => each.Entry?.Text == "Hello?");
        _hooked.OnAppended = entry => entry.Text == "Hello?" ? new IOException() : null;

        await Assert.ThrowsAsync<MeshException>(() => ada.SendAsync("t", "Hello?").InTime());
        await first.InTime();
        await ada.SendAsync("t", "How is it?").InTime();

        Assert.Equal([1, 2, 3, 4, 5], (await watching.Ended.InTime()).Where(each => each.Entry is not null).Select(each => each.Entry!.Sequence));
    }

    [Fact]
    public async Task A_streamed_message_that_the_store_has_added_and_failed_ends_with_that()
    {
        using var model = new ScriptedChatClient();
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _hooked));
        _hooked.OnAppended = entry => new IOException();

        var seen = new List<ChatEvent>();
        async Task ReadAsync()
        {
            await foreach (var each in ada.StreamAsync("t", "Hello?"))
            {
                seen.Add(each);
            }
        }

        await Assert.ThrowsAsync<MeshException>(() => ReadAsync().InTime());
        Assert.Equal("Hello?", Assert.Single(seen).Entry!.Text);
    }

    [Fact]
    public async Task A_streamed_message_that_is_refused_ends_with_that_where_somebody_wrote_before_the_watch_began()
    {
        using var model = new ScriptedChatClient();
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _hooked));
        await ada.OpenAsync("t").InTime();
        _hooked.OnReadAfter = () => _hooked.AppendAsync("t", ThreadEntry.Of("m1", "eve", new(ChatRole.User, "Look."))).AsTask();
        _hooked.OnAppend = entry => entry.Author == "ada" ? new MeshException(ThreadErrors.Full("t", "1 entry of a thread")) : null;

        await using var events = ada.StreamAsync("t", "Hello?").GetAsyncEnumerator();

        Assert.Equal(MeshErrorCode.StoreFull, (await Assert.ThrowsAsync<MeshException>(() => events.MoveNextAsync().InTime())).Code);
    }

    [Fact]
    public async Task A_message_that_is_cleared_away_while_it_waits_is_still_what_the_model_is_asked()
    {
        using var model = new ScriptedChatClient(
            ScriptedTurn.Empty.After(TimeSpan.FromSeconds(5)).ThenSays("It is sunny."), ScriptedTurn.Says("Yes.").Expecting("the message alone", request => request.Messages is [{ Text: "Really?" }]))
        {
            Clock = Clock,
        };
        var ada = await StartAsync(model);
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync(ada, "t");
        await (await watching.Synced.InTime());
        var first = ada.SendAsync("t", "How is it?").AsTask();
        await watching.Next(each => each.Status == ChatStatus.Thinking).InTime();
        var second = ada.SendAsync("t", "Really?").AsTask();
        await watching.Next(each => each.Entry?.Text == "Really?").InTime();

        await ada.ClearAsync("t").InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(5)).InTime();
        await first.InTime();

        Assert.Equal("Yes.", (await second.InTime()).Text);
        model.AssertFinished();
    }

    [Fact]
    public async Task Who_watches_is_told_of_entries_that_were_added_to_the_store_itself()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It is sunny."));
        var ada = await StartAsync(model);
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync(ada, "t");
        await (await watching.Synced.InTime());

        await _threads.AppendAsync("t", ThreadEntry.Of("m1", "eve", new(ChatRole.User, "Look.")));
        await ada.SendAsync("t", "How is it, assistant?").InTime();

        Assert.Equal([1, 2, 3, 4, 5], (await watching.Ended.InTime()).Where(each => each.Entry is not null).Select(each => each.Entry!.Sequence));
    }

    [Fact]
    public async Task An_answer_that_was_cut_off_in_a_thread_that_was_cleared_has_its_end_before_the_next_begins()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It is sunny.").Expecting("one message", request => request.Messages.Count == 1));
        await CrashAsync();
        await _threads.AppendAsync("t", new("c1", ThreadEntryKinds.Cleared, "ada"));
        var ada = await StartAsync(model);

        await ada.SendAsync("t", "How is it?").InTime();

        Assert.Equal(
            ["m1.a", "c1", "m1.a.end"],
            (await _threads.ReadAfterAsync("t", 1, 10)).Entries.Where(entry => entry.Kind != ThreadEntryKinds.Message).Take(3).Select(entry => entry.Id));
        model.AssertFinished();
    }

    [Fact]
    public async Task Who_watches_is_told_that_the_agent_listens_also_where_the_end_cannot_be_added()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It is sunny."));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _hooked));
        await ada.OpenAsync("t").InTime();
        int listening = 0;
        var watching = WatchAsync((await JoinAsync("bob")).ChatWith("assistant"), "t", null, each => each.Status == ChatStatus.Listening && ++listening == 2);
        await (await watching.Synced.InTime());
        _hooked.OnAppend = entry => entry.Kind == ThreadEntryKinds.AnswerEnded ? new IOException() : null;

        await Assert.ThrowsAsync<MeshException>(() => ada.SendAsync("t", "How is it?").InTime());

        Assert.Contains(await watching.Ended.InTime(), each => each.Entry?.Text == "It is sunny.");
    }

    [Fact]
    public async Task An_answer_that_nobody_waits_for_any_more_has_its_end_when_the_agent_has_stopped()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        var (asked, ending, go) = (new Signal(), new Signal(), new Signal());
        var turn = ScriptedTurn.Empty.After(TimeSpan.FromHours(1)).ThenSays("never").Expecting("a question", request =>
        {
            asked.Set();
            return true;
        });
        using var model = new ScriptedChatClient(turn) { Clock = Clock };
        var room = await JoinAsync("bot", Grants.AgentDefault, ParticipantRole.Agent);
        await using var bot = new ChatBot("assistant", model, _hooked);
        await bot.StartAsync(room).InTime();
        _hooked.OnAppending = async entry =>
        {
            if (entry.Kind == ThreadEntryKinds.AnswerEnded)
            {
                ending.Set();
                await go.InTime();
            }
        };
        var ada = await JoinAsync("ada");
        using var giveUp = new CancellationTokenSource();
        var sending = ada.ChatWith("assistant").SendAsync("t", "Count.", cancellationToken: giveUp.Token).AsTask();
        await asked.InTime();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.InTime());
        await ending.InTime();

        var stopping = bot.StopAsync().InTime();
        await ada.Agents.WatchAsync().TakeUntilAsync(change => change.Kind == RoomEventKinds.AgentUnregistered);
        bool stopped = stopping.IsCompleted;
        go.Set();
        await stopping;

        Assert.False(stopped);
        Assert.Equal(ThreadEntryKinds.AnswerEnded, (await _hooked.ReadNewestAsync("t", null, 1)).Entries[0].Kind);
    }

    [Fact]
    public async Task A_draft_that_can_neither_be_kept_nor_dropped_does_not_end_an_answer()
    {
        static ScriptedTurn Slow() => ScriptedTurn.Says("It ").After(TimeSpan.FromSeconds(2)).ThenSays("is ").After(TimeSpan.FromSeconds(2)).ThenSays("sunny.");
        using var model = new ScriptedChatClient(Slow(), Slow()) { Clock = Clock };
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _hooked));
        foreach (bool isDropped in new[] { false, true })
        {
            _hooked.OnDraft = draft => draft is null == isDropped ? new IOException() : null;
            var sending = ada.SendAsync("t", "How is it?").AsTask();
            await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(2)).InTime();
            await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(2)).InTime();

            Assert.Equal(("It is sunny.", ChatOutcomes.Answered), ((await sending.InTime()).Text, (await sending).Outcome));
        }
    }

    [Fact]
    public async Task A_full_thread_whose_last_answer_was_cut_off_can_still_be_read()
    {
        var store = new MemoryThreadStore(new() { MaxEntries = 2 });
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It is sunny."));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, store));

        Assert.Equal(MeshErrorCode.StoreFull, (await Assert.ThrowsAsync<MeshException>(() => ada.SendAsync("t", "How is it?").InTime())).Code);

        Assert.Equal(["How is it?", null], (await ada.OpenAsync("t").InTime()).Entries.Select(entry => entry.Text));
        Assert.Equal(MeshErrorCode.StoreFull, (await Assert.ThrowsAsync<MeshException>(() => ada.SendAsync("t", "Hello?").InTime())).Code);
    }
}
