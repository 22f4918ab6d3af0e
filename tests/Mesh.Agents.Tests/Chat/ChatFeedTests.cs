using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Chat;

public sealed class ChatFeedTests
{
    [Fact]
    public void Pieces_of_one_text_that_a_reader_has_not_taken_come_as_one()
    {
        using var feed = new ChatFeed();
        using var watcher = feed.Watch([]);
        feed.PublishText(ChatEventKinds.Text, "m", "a");
        feed.PublishText(ChatEventKinds.Text, "m", "b");
        feed.PublishText(ChatEventKinds.Reasoning, "m", "c");
        feed.PublishText(ChatEventKinds.Text, "m", "d");
        feed.PublishText(ChatEventKinds.Text, "n", "e");

        var taken = new List<ChatEvent>();
        Assert.Equal(0, feed.Take(watcher, taken));

        Assert.Equal(
            [("text", "m", "ab", 0), ("reasoning", "m", "c", 0), ("text", "m", "d", 2), ("text", "n", "e", 0)],
            taken.Select(each => (each.Kind, each.MessageId!, each.Text!, each.Offset!.Value)));
    }

    [Fact]
    public void A_slow_reader_is_told_how_much_it_has_missed_and_gets_the_text_so_far()
    {
        using var feed = new ChatFeed();
        using var watcher = feed.Watch([]);
        for (int i = 0; i < 3_000; i++)
        {
            feed.PublishText(ChatEventKinds.Text, "m", "x");
        }

        var taken = new List<ChatEvent>();
        long missed = feed.Take(watcher, taken);

        Assert.Equal(3_000 - 1_024, missed);
        Assert.Equal((3_000, 0), (taken[^1].Text!.Length, taken[^1].Offset));
        taken.Clear();
        feed.PublishText(ChatEventKinds.Text, "m", "y");
        Assert.Equal(0, feed.Take(watcher, taken));
        Assert.Equal(("y", 3_000), (Assert.Single(taken).Text, taken[0].Offset));
    }

    [Fact]
    public async Task Who_waits_is_woken_by_what_comes_and_not_before()
    {
        using var feed = new ChatFeed();
        using var watcher = feed.Watch([]);
        var news = feed.WhenNews(watcher);
        Assert.False(news.IsCompleted);

        feed.PublishStatus(ChatStatus.Thinking);

        await news.InTime();
        Assert.True(feed.WhenNews(watcher).IsCompleted);
    }

    [Fact]
    public async Task Only_so_many_messages_wait_for_their_answers()
    {
        using var feed = new ChatFeed();
        await feed.EnterTurnAsync(default).InTime();
        Assert.False(feed.TryEnterTurn());
        using var cancellation = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 64).Select(_ => feed.EnterTurnAsync(cancellation.Token).AsTask()).ToList();

        var refused = await Assert.ThrowsAsync<ToolException>(() => feed.EnterTurnAsync(default).AsTask().InTime());

        Assert.Equal((MeshErrorCode.Overloaded, true), (refused.Error.Code, refused.Error.Retryable));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting).InTime());
        feed.LeaveTurn();
        Assert.Equal(1, feed.TurnsOver);
        Assert.True(feed.TryEnterTurn());
    }

    [Fact]
    public void Who_comes_when_nobody_watched_is_told_what_there_is_and_then_what_comes()
    {
        using var feed = new ChatFeed();
        feed.Watch([]).Dispose();
        feed.PublishStatus(ChatStatus.Thinking);
        feed.PublishText(ChatEventKinds.Text, "m", "ab");

        var told = new List<ChatEvent>();
        using var watcher = feed.Watch(told);
        feed.PublishText(ChatEventKinds.Text, "m", "c");
        var taken = new List<ChatEvent>();

        Assert.Equal(0, feed.Take(watcher, taken));
        Assert.Equal([("status", null, null), ("text", "ab", 0)], told.Select(each => (each.Kind, each.Text, each.Offset)));
        Assert.Equal(("c", 2), (Assert.Single(taken).Text, taken[0].Offset));
    }

    [Fact]
    public void What_nobody_uses_is_forgotten()
    {
        var feeds = new ChatFeeds();
        using var first = feeds.Enter("t");
        var second = feeds.Enter("t");
        Assert.Same(first.Feed, second.Feed);

        second.Dispose();
        first.Dispose();

        using var third = feeds.Enter("t");
        Assert.NotSame(first.Feed, third.Feed);
    }

    [Fact]
    public async Task A_silent_watch_is_told_the_status_again_before_it_is_taken_for_dead()
    {
        var clock = new ManualTimeProvider();
        await using var host = new MeshHost(new() { TimeProvider = clock, DrainTimeout = TimeSpan.Zero });
        await using var room = await host.JoinAsync("den", "bot", Grants.AgentDefault, new() { Role = ParticipantRole.Agent });
        await using var ada = await host.JoinAsync("den", "ada");
        using var model = new ScriptedChatClient();
        await using var bot = new ChatBot("assistant", model);
        await bot.StartAsync(room).InTime();
        var chat = ada.ChatWith("assistant");
        await chat.OpenAsync("t").InTime();
        await using var watch = chat.WatchAsync("t").GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync().InTime());
        Assert.Equal(ChatEventKinds.Synced, watch.Current.Kind);
        Assert.True(await watch.MoveNextAsync().InTime());

        for (int i = 0; i < 5; i++)
        {
            var next = watch.MoveNextAsync().AsTask();
            await clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(20));
            Assert.True(await next.InTime());
            Assert.Equal(ChatStatus.Listening, watch.Current.Status);
        }

        var end = watch.MoveNextAsync().AsTask();
        await bot.StopAsync().InTime();
        Assert.False(await end.InTime());
    }
}
