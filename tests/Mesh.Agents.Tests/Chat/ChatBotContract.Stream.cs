using Mesh.Contracts;

namespace Mesh.Agents.Tests.Chat;

/// <summary>What who says something is told of its answer, and of nothing else.</summary>
public abstract partial class ChatBotContract
{
    [Fact]
    public async Task An_answer_is_streamed_to_who_asked_and_ends_with_what_became_of_it()
    {
        await OfferAsync("tools", Tool.Create("look", () => "sun"));
        using var model = new ScriptedChatClient(
            ScriptedTurn.Says("Let me ", "see.").ThenThinks("Hm.").ThenCalls("kit_look").WithUsage(10, 2), ScriptedTurn.Says("It is ", "sunny.").WithUsage(20, 3).ExpectingResult("sun"));
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads) { Greeting = "Hello.", Requires = [Requirement.Toolkit("kit")] });

        var seen = await ada.StreamAsync(null, "How is it?").ToListInTimeAsync();

        Assert.Equal(
            [ThreadEntryKinds.Message, ThreadEntryKinds.AnswerBegun, ThreadEntryKinds.Message, ThreadEntryKinds.Message, ThreadEntryKinds.Message, ThreadEntryKinds.AnswerEnded],
            seen.Where(each => each.Entry is not null).Select(each => each.Entry!.Kind));
        Assert.Equal(["Let me see.", "It is sunny."], TextsIn(seen));
        Assert.Equal("Hm.", string.Concat(seen.Where(each => each.Kind == ChatEventKinds.Reasoning).Select(each => each.Text)));
        Assert.Equal("kit_look", Assert.Single(seen, each => each.Kind == ChatEventKinds.Call).Tool);
        Assert.Equal(["thinking", "calling", "thinking"], seen.Where(each => each.Status is not null).Select(each => each.Status));
        var answer = seen[^1].Answer!;
        Assert.Equal(new ChatAnswer(answer.Thread, 2, ChatOutcomes.Answered) { Text = "It is sunny.", InputTokens = 30, OutputTokens = 5 }, answer);
        Assert.Equal(7, (await ada.OpenAsync(answer.Thread).InTime()).LastSequence);
    }

    [Fact]
    public async Task What_others_are_answered_meanwhile_is_no_part_of_it()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("One.").After(TimeSpan.FromSeconds(5)).ThenSays(" Only."), ScriptedTurn.Says("Two."), ScriptedTurn.Says("Three.")) { Clock = Clock };
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads) { Answers = _ => new(true) });
        var bob = (await JoinAsync("bob")).ChatWith("assistant");
        await ada.OpenAsync("t").InTime();
        var first = new Watching(ada.StreamAsync("t", "First?"), each => each.Answer is not null);
        await first.Next(each => each.Text is not null).InTime();
        var second = new Watching(bob.StreamAsync("t", "Second?"), each => each.Answer is not null);
        await second.Next(each => each.Entry is not null).InTime();

        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(5));

        var (ofFirst, ofSecond) = (await first.Ended.InTime(), await second.Ended.InTime());
        Assert.Equal(["First?", "One. Only.", "Second?", "Two."], [.. SaidIn(ofFirst), .. SaidIn(ofSecond)]);
        Assert.Equal(["One. Only.", "Two."], [.. TextsIn(ofFirst), .. TextsIn(ofSecond)]);
        Assert.Equal("Three.", (await bob.SendAsync("t", "Third?").InTime()).Text);
    }

    [Fact]
    public async Task A_message_that_is_not_answered_is_all_that_is_told()
    {
        using var model = new ScriptedChatClient();
        var ada = await StartAsync(model, bot => new(bot.Name, bot.Model, _threads) { Answers = _ => new(false) });

        var seen = await ada.StreamAsync("t", "Hello?").ToListInTimeAsync();

        Assert.Equal(["Hello?"], SaidIn(seen));
        Assert.Equal([ChatEventKinds.Entry, ChatEventKinds.Answer], seen.Select(each => each.Kind));
        Assert.Equal(new ChatAnswer("t", 1, ChatOutcomes.Unanswered), seen[^1].Answer);
    }

    [Fact]
    public async Task A_model_that_fails_in_the_middle_is_told_after_what_it_said()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It is ").ThenFails(new HttpRequestException("gone")));
        var ada = await StartAsync(model);
        await using var events = ada.StreamAsync("t", "How is it?").GetAsyncEnumerator();
        var seen = new List<ChatEvent>();

        var failure = await Assert.ThrowsAsync<MeshException>(async () =>
        {
            while (await events.MoveNextAsync().InTime())
            {
                seen.Add(events.Current);
            }
        });

        Assert.Equal(MeshErrorCode.Unavailable, failure.Code);
        Assert.Equal(["It is "], TextsIn(seen));
        Assert.Equal((ThreadEntryKinds.AnswerEnded, true), (seen[^1].Entry!.Kind, seen[^1].Entry!.IsInterrupted));
    }

    [Fact]
    public async Task Who_stops_reading_interrupts_the_answer()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("One, two").After(TimeSpan.FromHours(1)).ThenSays("never")) { Clock = Clock };
        var ada = await StartAsync(model);

        await new Watching(ada.StreamAsync("t", "Count."), each => each.Text is not null).Ended.InTime();

        var watching = WatchAsync(ada, "t", after: 0);
        var end = (await watching.Ended.InTime())[^1].Entry!;
        Assert.Equal((true, "One, two"), (end.IsInterrupted, (await ada.OpenAsync("t").InTime()).Entries[^2].Text));
    }

    [Fact]
    public async Task A_stream_whose_answer_somebody_cancels_says_so()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("One, two").After(TimeSpan.FromHours(1)).ThenSays("never")) { Clock = Clock };
        var ada = await StartAsync(model);
        var streaming = new Watching(ada.StreamAsync("t", "Count."), each => each.Answer is not null);
        await streaming.Next(each => each.Text is not null).InTime();

        await ada.CancelAsync("t").InTime();

        var answer = (await streaming.Ended.InTime())[^1].Answer!;
        Assert.Equal((ChatOutcomes.Interrupted, "One, two"), (answer.Outcome, answer.Text));
    }

    [Fact]
    public async Task An_agent_that_stops_ends_the_streams_of_its_answers()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("One, two").After(TimeSpan.FromHours(1)).ThenSays("never")) { Clock = Clock };
        var room = await JoinAsync("bot", Grants.AgentDefault, ParticipantRole.Agent);
        await using var bot = new ChatBot("assistant", model, _threads);
        await bot.StartAsync(room).InTime();
        var ada = (await JoinAsync("ada")).ChatWith("assistant");
        var streaming = new Watching(ada.StreamAsync("t", "Count."), each => each.Answer is not null);
        await streaming.Next(each => each.Text is not null).InTime();

        await room.DisposeAsync().InTime();

        Assert.Equal(MeshErrorCode.ProviderLost, (await Assert.ThrowsAsync<MeshException>(() => streaming.Ended.InTime())).Code);
    }

    [Fact]
    public async Task Nothing_is_said_that_may_not_be_followed()
    {
        using var model = new ScriptedChatClient();
        await StartAsync(model);
        var eve = (await JoinAsync("eve", Grants.UserDefault with { Agents = new() { UseAgents = true, UseTools = true, Tools = new(["chat.assistant/open"]) } })).ChatWith("assistant");

        AssertCode(MeshErrorCode.NotGranted, (await Assert.ThrowsAsync<MeshException>(() => eve.StreamAsync("t", "Hello?").ToListInTimeAsync())).Error);

        Assert.Empty((await _threads.ReadAfterAsync("t", 0, 10)).Entries);
        Assert.Throws<ArgumentException>(() => eve.StreamAsync(new ChatInput("Hello?") { Thread = "t", Replaces = 1 }));
    }

    [Fact]
    public async Task A_character_that_the_model_cuts_in_two_reaches_its_reader_whole()
    {
        var turn = ScriptedTurn.Empty.ThenThinks("Hm \ud83d").After(TimeSpan.FromSeconds(1)).ThenThinks("\ude00?").ThenSays("Hi \ud83d").After(TimeSpan.FromSeconds(1)).ThenSays("\ude00!");
        using var model = new ScriptedChatClient(turn) { Clock = Clock };
        var ada = await StartAsync(model);
        await ada.OpenAsync("t").InTime();
        var watching = WatchAsync((await JoinAsync("bob")).ChatWith("assistant"), "t");
        await (await watching.Synced.InTime());

        var sending = ada.SendAsync("t", "Hi.").AsTask();
        foreach (string begun in new[] { "Hm ", "Hi " })
        {
            // Read before the other half comes: what nobody has read yet is put together anyway.
            await watching.Next(each => each.Text?.StartsWith(begun, StringComparison.Ordinal) == true).InTime();
            await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(1)).InTime();
        }

        var seen = await watching.Ended.InTime();
        Assert.Equal("Hm \ud83d\ude00?", string.Concat(seen.Where(each => each.Kind == ChatEventKinds.Reasoning).Select(each => each.Text)));
        Assert.Equal("Hi \ud83d\ude00!", string.Concat(seen.Where(each => each.Kind == ChatEventKinds.Text).Select(each => each.Text)));
        Assert.Equal("Hi \ud83d\ude00!", (await sending.InTime()).Text);
    }

    [Fact]
    public async Task A_reader_of_an_answer_that_falls_behind_gets_all_of_its_text_once()
    {
        using var model = new ScriptedChatClient(
            ScriptedTurn.Says(Enumerable.Range(0, 3_000).Select(i => $"{i} ")).After(TimeSpan.FromSeconds(5)).ThenSays(Enumerable.Range(3_000, 3_000).Select(i => $"{i} ")))
        { Clock = Clock };
        var ada = await StartAsync(model);
        await ada.OpenAsync("t").InTime();
        await using var slow = ada.StreamAsync("t", "Talk.").GetAsyncEnumerator();
        Assert.True(await slow.MoveNextAsync().InTime());

        // It reads on when more than its watch keeps is said, first in the middle of the answer, then at its end.
        await WatchAsync(ada, "t", until: each => each.Text?.Contains("2999 ", StringComparison.Ordinal) == true).Ended.InTime();
        var seen = new List<ChatEvent> { slow.Current };
        while (!TextsIn(seen).Any(text => text.EndsWith("2999 ", StringComparison.Ordinal)))
        {
            Assert.True(await slow.MoveNextAsync().InTime());
            seen.Add(slow.Current);
        }

        var ended = WatchAsync(ada, "t");
        await (await ended.Synced.InTime());
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(5));
        await ended.Ended.InTime();
        while (await slow.MoveNextAsync().InTime())
        {
            seen.Add(slow.Current);
        }

        Assert.Equal(string.Concat(Enumerable.Range(0, 6_000).Select(i => $"{i} ")), Assert.Single(TextsIn(seen)));
        Assert.Equal(TextsIn(seen)[0], seen[^1].Answer!.Text);
    }

    /// <summary>The texts of the messages, as they came piece by piece.</summary>
    private static List<string> TextsIn(IEnumerable<ChatEvent> seen) =>
        [.. seen.Where(each => each.Kind == ChatEventKinds.Text).GroupBy(each => each.MessageId).Select(pieces => string.Concat(pieces.Select(piece => piece.Text)))];

    private static List<string> SaidIn(IEnumerable<ChatEvent> seen) =>
        [.. seen.Where(each => each.Entry is { Kind: ThreadEntryKinds.Message }).Select(each => each.Entry!.Text!)];
}
