using System.Globalization;

namespace Mesh.Contracts;

/// <summary>
/// What every store of queues does, wherever it keeps its messages: order, deliveries, times, dead letters, keys, waiting. A
/// store passes it by deriving a class from it.
/// </summary>
public abstract class QueueStoreContract : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly List<IQueueStore> _made = [];
    private IQueueStore? _store;
    private ulong _ids;

    protected ManualTimeProvider Clock { get; } = new();

    protected IQueueStore Store => _store ??= Own(Create(Clock, QueuePolicy.Default));

    /// <summary>An empty store that has room for at least 1,000 messages.</summary>
    protected abstract IQueueStore Create(TimeProvider clock, QueuePolicy policy);

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _made.OfType<IAsyncDisposable>())
        {
            await store.DisposeAsync().InTime();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Messages_come_in_the_order_of_sending_and_as_they_were()
    {
        var id = await Store.SendAsync("q", Draft("1") with { Headers = new Dictionary<string, string> { ["kind"] = "a" } }).InTime();
        await SendAsync("2", "3");
        var message = Assert.Single(await ReceiveAsync());
        Assert.Equal((id, "q", "1", "ada", 1, null), (message.Id, message.Queue, message.Body.ToString(), message.Sender, message.Deliveries, message.DeadLetter));
        Assert.Equal((Clock.GetUtcNow(), "a"), (message.SentAt, message.Headers["kind"]));
        Assert.Equal(["2", "3"], Bodies(await ReceiveAsync(10)));
        Assert.Empty(await ReceiveAsync(10));
    }

    [Fact]
    public async Task Queues_do_not_know_each_other()
    {
        await SendAsync("1");
        Assert.Empty(await Store.ReceiveAsync("other", new()).InTime());
        var message = Assert.Single(await ReceiveAsync());
        AssertEnded(await FailureOf(() => Store.AcknowledgeAsync("other", message.Token!)));
        await Store.AcknowledgeAsync("q", message.Token!).InTime();
    }

    [Fact]
    public async Task A_message_is_its_receivers_until_its_visibility_has_passed()
    {
        await SendAsync("1");
        var first = Assert.Single(await ReceiveAsync());
        Clock.Advance(TimeSpan.FromSeconds(30) - Moment);
        Assert.Empty(await ReceiveAsync());
        Clock.Advance(Moment);
        var second = Assert.Single(await ReceiveAsync());
        Assert.Equal((first.Id, 2), (second.Id, second.Deliveries));
        Assert.NotEqual(first.Token, second.Token);
    }

    [Fact]
    public async Task What_is_acknowledged_never_comes_back()
    {
        await SendAsync("1");
        await Store.AcknowledgeAsync("q", Assert.Single(await ReceiveAsync()).Token!).InTime();
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await ReceiveAsync());
        Assert.Equal((0, 0, 0), Sizes(await InfoAsync()));
    }

    [Fact]
    public async Task A_token_that_was_used_or_has_expired_does_nothing()
    {
        await SendAsync("1");
        string expired = Assert.Single(await ReceiveAsync()).Token!;
        Clock.Advance(TimeSpan.FromSeconds(30));
        AssertEnded(await FailureOf(() => Store.AcknowledgeAsync("q", expired)));
        string token = Assert.Single(await ReceiveAsync()).Token!;
        AssertEnded(await FailureOf(() => Store.AcknowledgeAsync("q", expired)));
        AssertEnded(await FailureOf(() => Store.RejectAsync("q", expired, null, default)));
        AssertEnded(await FailureOf(() => Store.ExtendAsync("q", expired, Second)));
        Assert.Equal((0, 1, 0), Sizes(await InfoAsync()));
        await Store.AcknowledgeAsync("q", token).InTime();
        AssertEnded(await FailureOf(() => Store.AcknowledgeAsync("q", token)));
        AssertEnded(await FailureOf(() => Store.AcknowledgeAsync("q", "no token at all")));
    }

    [Fact]
    public async Task A_receiver_may_ask_for_more_time()
    {
        await SendAsync("1");
        string token = Assert.Single(await ReceiveAsync()).Token!;
        Clock.Advance(TimeSpan.FromSeconds(20));
        await Store.ExtendAsync("q", token, TimeSpan.FromMinutes(1)).InTime();
        Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(await ReceiveAsync());
        await Store.ExtendAsync("q", token, Second).InTime();
        Clock.Advance(Second);
        Assert.Equal(2, Assert.Single(await ReceiveAsync()).Deliveries);
    }

    [Fact]
    public async Task A_rejected_message_comes_again_in_its_place()
    {
        await SendAsync("1", "2");
        await RejectAsync(Assert.Single(await ReceiveAsync()));
        Assert.Equal(["1", "2"], Bodies(await ReceiveAsync(10)));
    }

    [Fact]
    public async Task A_message_may_be_rejected_for_a_time()
    {
        await SendAsync("1", "2");
        await Store.RejectAsync("q", Assert.Single(await ReceiveAsync()).Token!, "busy", TimeSpan.FromSeconds(5)).InTime();
        Assert.Equal((1, 0, 1), Sizes(await InfoAsync()));
        Assert.Equal(["2"], Bodies(await ReceiveAsync(10)));
        Clock.Advance(TimeSpan.FromSeconds(5));
        var message = Assert.Single(await ReceiveAsync());
        Assert.Equal(("1", 2), (message.Body.ToString(), message.Deliveries));
    }

    [Fact]
    public async Task A_delayed_message_comes_when_its_time_has_come_and_then_before_those_sent_after_it()
    {
        await Store.SendAsync("q", Draft("1") with { Delay = TimeSpan.FromMinutes(1) }).InTime();
        await SendAsync("2");
        Assert.Equal((1, 0, 1), Sizes(await InfoAsync()));
        Clock.Advance(TimeSpan.FromMinutes(1) - Moment);
        Assert.Equal((1, 0, 1), Sizes(await InfoAsync()));
        Clock.Advance(Moment);
        Assert.Equal(["1", "2"], Bodies(await ReceiveAsync(10)));
    }

    [Fact]
    public async Task A_message_becomes_a_dead_letter_after_5_deliveries_with_the_last_reason()
    {
        var id = await Store.SendAsync("q", Draft("1")).InTime();
        for (int i = 1; i <= 5; i++)
        {
            Assert.Equal(["q"], await NamesAsync());
            var message = Assert.Single(await ReceiveAsync());
            Assert.Equal(i, message.Deliveries);
            await Store.RejectAsync("q", message.Token!, string.Create(CultureInfo.InvariantCulture, $"reason {i}"), default).InTime();
        }

        Assert.Empty(await ReceiveAsync());
        var dead = Assert.Single(await Store.ReceiveAsync("q.dead", new()).InTime());
        Assert.Equal((id, "q.dead", "1", 1, "ada"), (dead.Id, dead.Queue, dead.Body.ToString(), dead.Deliveries, dead.Sender));
        Assert.Equal(new DeadLetter { Queue = "q", Deliveries = 5, Reason = "reason 5", At = Clock.GetUtcNow() }, dead.DeadLetter);
    }

    [Fact]
    public async Task Deliveries_that_ran_out_of_time_count_too()
    {
        await SendAsync("1");
        for (int i = 1; i <= 5; i++)
        {
            Assert.Equal(i, Assert.Single(await ReceiveAsync()).Deliveries);
            Clock.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Empty(await ReceiveAsync());
        var dead = Assert.Single(await Store.ReceiveAsync("q.dead", new()).InTime());
        Assert.Equal((5, null), (dead.DeadLetter!.Deliveries, dead.DeadLetter.Reason));
    }

    [Fact]
    public async Task Dead_letters_stay_where_they_are_however_often_they_are_rejected()
    {
        await Store.SendAsync("q.dead", Draft("1")).InTime();
        for (int i = 1; i <= 12; i++)
        {
            var message = Assert.Single(await Store.ReceiveAsync("q.dead", new()).InTime());
            Assert.Equal(i, message.Deliveries);
            await RejectAsync(message);
        }

        Assert.Equal(["q.dead"], await NamesAsync());
    }

    [Fact]
    public async Task The_name_of_a_dead_letter_queue_is_no_longer_than_any_other()
    {
        string name = new('n', 128);
        var store = Own(Create(Clock, QueuePolicy.Default with { MaxDeliveries = 1 }));
        await store.SendAsync(name, Draft("1")).InTime();
        await store.RejectAsync(name, Assert.Single(await store.ReceiveAsync(name, new()).InTime()).Token!, null, default).InTime();
        Assert.Equal(new string('n', 123) + ".dead", Assert.Single((await store.ListAsync("", null, 10).InTime()).Queues, queue => queue.Ready == 1).Name);
    }

    [Fact]
    public async Task A_message_that_ran_out_of_time_for_the_last_time_is_found_where_dead_letters_are()
    {
        var store = Own(Create(Clock, QueuePolicy.Default with { MaxDeliveries = 1 }));
        foreach (string queue in (string[])["received", "drained", new('n', 128)])
        {
            await store.SendAsync(queue, Draft("1")).InTime();
            Assert.Single(await store.ReceiveAsync(queue, new()).InTime());
        }

        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("received", Assert.Single(await store.ReceiveAsync("received.dead", new()).InTime()).DeadLetter!.Queue);
        Assert.Equal("drained", Assert.Single((await store.DrainAsync("drained.dead", 10, 1000).InTime()).Messages).DeadLetter!.Queue);
        Assert.Equal(new('n', 128), Assert.Single(await store.ReceiveAsync(new string('n', 123) + ".dead", new()).InTime()).DeadLetter!.Queue);
    }

    [Fact]
    public async Task A_message_that_runs_out_of_time_for_the_last_time_wakes_whoever_waits_for_dead_letters()
    {
        var store = Own(Create(Clock, QueuePolicy.Default with { MaxDeliveries = 1 }));
        var early = store.ReceiveAsync("q.dead", Waiting()).AsTask();
        await store.SendAsync("q", Draft("1")).InTime();
        Assert.Single(await store.ReceiveAsync("q", new()).InTime());
        Clock.Advance(TimeSpan.FromSeconds(30));
        var letter = Assert.Single(await early.InTime());
        Assert.Equal("1", letter.Body.ToString());
        await store.AcknowledgeAsync("q.dead", letter.Token!).InTime();

        await store.SendAsync("q", Draft("2")).InTime();
        Assert.Single(await store.ReceiveAsync("q", new()).InTime());
        Assert.Equal(0, Clock.TimerCount);
        var late = store.ReceiveAsync("q.dead", Waiting()).AsTask();
        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("2", Assert.Single(await late.InTime()).Body.ToString());
        Assert.Equal(0, Clock.TimerCount);
    }

    [Fact]
    public async Task A_dead_letter_wakes_whoever_waits_for_it()
    {
        var store = Own(Create(Clock, QueuePolicy.Default with { MaxDeliveries = 1 }));
        var dead = store.ReceiveAsync("q.dead", Waiting()).AsTask();
        await store.SendAsync("q", Draft("1")).InTime();
        await store.RejectAsync("q", Assert.Single(await store.ReceiveAsync("q", new()).InTime()).Token!, "no", default).InTime();
        Assert.Equal("no", Assert.Single(await dead.InTime()).DeadLetter!.Reason);
    }

    [Fact]
    public async Task A_send_under_a_key_has_one_effect_for_10_minutes()
    {
        var first = await Store.SendAsync("q", Keyed("1")).InTime();
        Clock.Advance(TimeSpan.FromMinutes(10) - Moment);
        Assert.Equal(first, await Store.SendAsync("q", Keyed("1")).InTime());
        await Store.AcknowledgeAsync("q", Assert.Single(await ReceiveAsync(10)).Token!).InTime();
        Assert.Equal(first, await Store.SendAsync("q", Keyed("1")).InTime());
        Assert.Empty(await ReceiveAsync());
        Clock.Advance(Moment);
        Assert.NotEqual(first, await Store.SendAsync("q", Keyed("1")).InTime());
        Assert.Single(await ReceiveAsync());
    }

    [Fact]
    public async Task A_key_belongs_to_a_sender_and_a_queue_and_to_one_message()
    {
        await Store.SendAsync("q", Keyed("1")).InTime();
        await Store.SendAsync("q", Keyed("1") with { Sender = "bob" }).InTime();
        await Store.SendAsync("other", Keyed("1")).InTime();
        Assert.Equal(MeshErrorCode.IdempotencyConflict, (await FailureOf(() => Store.SendAsync("q", Keyed("2")))).Code);
        Assert.Equal(2, (await ReceiveAsync(10)).Count);
    }

    [Fact]
    public async Task A_receiver_waits_for_what_is_sent()
    {
        var waiting = Store.ReceiveAsync("q", Waiting()).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, (await InfoAsync()).Receivers);
        await SendAsync("1");
        Assert.Equal(["1"], Bodies(await waiting.InTime()));
        Assert.Equal((0, 1, 0), Sizes(await InfoAsync()));
    }

    [Fact]
    public async Task Receivers_that_wait_are_served_in_turn()
    {
        var waiting = Enumerable.Range(0, 3).Select(_ => Store.ReceiveAsync("q", Waiting() with { MaxMessages = 10 }).AsTask()).ToArray();
        await SendAsync("1", "2", "3");
        Assert.Equal(["1", "2", "3"], (await Task.WhenAll(waiting).InTime()).Select(messages => Assert.Single(messages).Body.ToString()));
    }

    [Fact]
    public async Task Waiting_ends_with_nothing_when_its_time_has_passed()
    {
        var waiting = Store.ReceiveAsync("q", Waiting()).AsTask();
        Clock.Advance(TimeSpan.FromSeconds(60) - Moment);
        Assert.False(waiting.IsCompleted);
        Clock.Advance(Moment);
        Assert.Empty(await waiting.InTime());
        await SendAsync("1");
        Assert.Equal((1, 0, 0), Sizes(await InfoAsync()));
    }

    [Fact]
    public async Task A_receive_that_is_cancelled_takes_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = Store.ReceiveAsync("q", Waiting(), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
        await SendAsync("1");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cancelled(cancel.Token).InTime());
        Assert.Equal((1, 0, 0), Sizes(await InfoAsync()));

        async Task Cancelled(CancellationToken token) => await Store.ReceiveAsync("q", new(), token);
    }

    [Fact]
    public async Task A_message_is_never_taken_for_a_receive_that_ends_as_cancelled()
    {
        for (int i = 0; i < 500; i++)
        {
            using var cancel = new CancellationTokenSource();
            var waiting = Store.ReceiveAsync("q", Waiting(), cancel.Token).AsTask();
            Func<Task>[] both = [() => SendAsync("1"), cancel.CancelAsync];
            await Task.WhenAll(Task.Run(both[i % 2]), Task.Run(both[1 - (i % 2)])).InTime();
            IReadOnlyList<QueueMessage> messages;
            try
            {
                messages = await waiting.InTime();
            }
            catch (OperationCanceledException)
            {
                messages = await ReceiveAsync();
            }

            var message = Assert.Single(messages);
            Assert.Equal(1, message.Deliveries);
            await Store.AcknowledgeAsync("q", message.Token!).InTime();
        }
    }

    [Fact]
    public async Task Waiting_ends_when_a_delay_or_a_visibility_does()
    {
        await Store.SendAsync("q", Draft("1") with { Delay = Second }).InTime();
        var delayed = Store.ReceiveAsync("q", Waiting()).AsTask();
        Clock.Advance(Second);
        Assert.Equal(["1"], Bodies(await delayed.InTime()));
        var again = Store.ReceiveAsync("q", Waiting()).AsTask();
        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, Assert.Single(await again.InTime()).Deliveries);
    }

    [Fact]
    public async Task There_is_no_timer_while_nothing_waits()
    {
        await SendAsync("1", "2");
        await Store.SendAsync("q", Draft("3") with { Delay = Second }).InTime();
        await ReceiveAsync();
        Assert.Equal(0, Clock.TimerCount);
        using var cancel = new CancellationTokenSource();
        await ReceiveAsync();
        var waiting = Store.ReceiveAsync("q", Waiting(), cancel.Token).AsTask();
        Assert.NotEqual(0, Clock.TimerCount);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
        Assert.Equal(0, Clock.TimerCount);
    }

    [Fact]
    public async Task What_is_taken_back_is_ready_at_once_as_if_it_had_never_been_handed_out()
    {
        await SendAsync("1", "2");
        var taken = await ReceiveAsync(2);
        await Store.AcknowledgeAsync("q", taken[1].Token!).InTime();
        await Store.TakeBackAsync("q", taken).InTime();
        var again = Assert.Single(await ReceiveAsync(2));
        Assert.Equal(("1", 1), (again.Body.ToString(), again.Deliveries));
        AssertEnded(await FailureOf(() => Store.AcknowledgeAsync("q", taken[0].Token!)));
    }

    [Fact]
    public async Task A_batch_is_no_larger_than_asked_for()
    {
        await SendAsync("1", "2", "3");
        int size = QueueMessage.SizeOf(JsonPayload.FromUtf8("1"u8.ToArray()), null, "ada");
        Assert.Equal(["1", "2"], Bodies(await Store.ReceiveAsync("q", new() { MaxMessages = 10, MaxBytes = 2 * size }).InTime()));
        Assert.Equal(["3"], Bodies(await Store.ReceiveAsync("q", new() { MaxMessages = 10, MaxBytes = 1 }).InTime()));
    }

    [Fact]
    public async Task A_drain_removes_what_no_receiver_has()
    {
        await SendAsync("1");
        var held = Assert.Single(await ReceiveAsync());
        await Store.SendAsync("q", Draft("2") with { Delay = Second }).InTime();
        await SendAsync("3", "4");
        var drain = await Store.DrainAsync("q", 2, int.MaxValue).InTime();
        Assert.Equal(["2", "3"], Bodies(drain.Messages));
        Assert.Equal((1, null), (drain.Remaining, drain.Messages[0].Token));
        Assert.Equal(["4"], Bodies((await Store.DrainAsync("q", 2, int.MaxValue).InTime()).Messages));
        Assert.Equal((0, 1, 0), Sizes(await InfoAsync()));
        await Store.AcknowledgeAsync("q", held.Token!).InTime();
        Assert.Equal((0, 0), ((await Store.DrainAsync("nothing", 2, 1).InTime()).Messages.Count, (await Store.DrainAsync("q", 2, 1).InTime()).Remaining));
    }

    [Fact]
    public async Task A_drain_can_be_taken_back()
    {
        await SendAsync("1", "2");
        await RejectAsync(Assert.Single(await ReceiveAsync()));
        var drain = await Store.DrainAsync("q", 1, int.MaxValue).InTime();
        await Store.CloseAsync("q").InTime();
        await Store.TakeBackAsync("q", drain.Messages).InTime();
        var messages = await ReceiveAsync(10);
        Assert.Equal([("1", 2), ("2", 1)], messages.Select(message => (message.Body.ToString(), message.Deliveries)));
    }

    [Fact]
    public async Task A_drain_that_is_taken_back_keeps_delays_and_what_was_said()
    {
        await SendAsync("1");
        await Store.SendAsync("q", Draft("2") with { Delay = TimeSpan.FromMinutes(1) }).InTime();
        await Store.RejectAsync("q", Assert.Single(await ReceiveAsync()).Token!, "too hot", default).InTime();
        var drain = await Store.DrainAsync("q", 10, int.MaxValue).InTime();
        Assert.Equal([null, Clock.GetUtcNow() + TimeSpan.FromMinutes(1)], drain.Messages.Select(message => message.ReadyAt));
        Assert.Equal(["too hot", null], drain.Messages.Select(message => message.Reason));
        Clock.Advance(TimeSpan.FromSeconds(20));
        await Store.TakeBackAsync("q", drain.Messages).InTime();
        Assert.Equal((1, 0, 1), Sizes(await InfoAsync()));
        Clock.Advance(TimeSpan.FromSeconds(40) - Moment);
        Assert.Equal((1, 0, 1), Sizes(await InfoAsync()));
        Clock.Advance(Moment);
        Assert.Equal((2, 0, 0), Sizes(await InfoAsync()));
        for (int i = 1; i < QueuePolicy.Default.MaxDeliveries; i++)
        {
            var message = Assert.Single(await ReceiveAsync());
            Assert.Equal(("1", i + 1, "too hot", null), (message.Body.ToString(), message.Deliveries, message.Reason, message.ReadyAt));
            Clock.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Equal("2", Assert.Single(await ReceiveAsync()).Body.ToString());
        Assert.Equal("too hot", Assert.Single(await Store.ReceiveAsync("q.dead", new()).InTime()).DeadLetter?.Reason);
    }

    [Fact]
    public async Task A_closed_queue_gives_what_is_left_and_then_ends()
    {
        await SendAsync("1", "2");
        var held = Assert.Single(await ReceiveAsync());
        await Store.CloseAsync("q").InTime();
        await Store.CloseAsync("q").InTime();
        AssertClosed(await FailureOf(() => Store.SendAsync("q", Draft("3"))));
        await Store.AcknowledgeAsync("q", Assert.Single(await ReceiveAsync()).Token!).InTime();

        // Somebody has one still: it may come back.
        Assert.Empty(await ReceiveAsync());
        var waiting = Store.ReceiveAsync("q", Waiting()).AsTask();
        await RejectAsync(held);
        var last = Assert.Single(await waiting.InTime());
        var ends = Store.ReceiveAsync("q", Waiting()).AsTask();
        await Store.AcknowledgeAsync("q", last.Token!).InTime();
        AssertClosed((await Assert.ThrowsAsync<MeshException>(() => ends.InTime())).Error);
        AssertClosed(await FailureOf(() => Store.ReceiveAsync("q", new())));
        AssertClosed(await FailureOf(() => Store.ReceiveAsync("q", Waiting())));
        Assert.True((await InfoAsync()).IsClosed);
    }

    [Fact]
    public async Task A_queue_can_be_closed_before_anything_was_sent()
    {
        var waiting = Store.ReceiveAsync("q", Waiting()).AsTask();
        await Store.CloseAsync("q").InTime();
        AssertClosed((await Assert.ThrowsAsync<MeshException>(() => waiting.InTime())).Error);
        await Store.CloseAsync("other").InTime();
        AssertClosed(await FailureOf(() => Store.SendAsync("other", Draft("1"))));
    }

    [Fact]
    public async Task Queues_are_listed_by_name_in_parts()
    {
        foreach (string name in new[] { "b", "a.2", "a.1", "B", "a.3" })
        {
            await Store.SendAsync(name, Draft("1")).InTime();
        }

        Assert.Equal(["B", "a.1", "a.2", "a.3", "b"], await NamesAsync());
        var first = await Store.ListAsync("a.", null, 2).InTime();
        Assert.Equal(["a.1", "a.2"], first.Queues.Select(queue => queue.Name));
        var last = await Store.ListAsync("a.", first.Next, 2).InTime();
        Assert.Equal(["a.3"], last.Queues.Select(queue => queue.Name));
        Assert.Null(last.Next);
    }

    [Fact]
    public async Task Disposing_it_ends_what_waits()
    {
        var waiting = Store.ReceiveAsync("q", Waiting()).AsTask();
        await Assert.IsAssignableFrom<IAsyncDisposable>(Store).DisposeAsync().InTime();
        Assert.Equal(MeshErrorCode.Closed, (await Assert.ThrowsAsync<MeshException>(() => waiting.InTime())).Code);
        Assert.Equal(MeshErrorCode.Closed, (await FailureOf(() => Store.SendAsync("q", Draft("1")))).Code);
        Assert.Equal(0, Clock.TimerCount);
    }

    [Fact]
    public async Task Many_senders_and_receivers_lose_nothing_and_get_nothing_twice()
    {
        const int Each = 200;
        var received = new System.Collections.Concurrent.ConcurrentBag<string>();
        var receivers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                IReadOnlyList<QueueMessage> messages;
                try
                {
                    messages = await Store.ReceiveAsync("q", Waiting() with { MaxMessages = 3 });
                }
                catch (MeshException)
                {
                    return;
                }

                foreach (var message in messages)
                {
                    received.Add(message.Body.ToString());
                    await Store.AcknowledgeAsync("q", message.Token!);
                }
            }
        })).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            for (int i = 0; i < Each; i++)
            {
                await SendAsync(string.Create(CultureInfo.InvariantCulture, $"{(sender * Each) + i}"));
            }
        }))).InTime();
        await Store.CloseAsync("q").InTime();
        await Task.WhenAll(receivers).InTime();
        Assert.Equal(Enumerable.Range(0, 4 * Each), received.Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Order());
    }

    protected QueueDraft Draft(string body) => new()
    {
        Id = new(1, Interlocked.Increment(ref _ids)),
        Body = JsonPayload.FromUtf8(System.Text.Encoding.UTF8.GetBytes(body)),
        Sender = "ada",
    };

    protected QueueDraft Keyed(string body) => Draft(body) with { Key = "k", Fingerprint = body };

    protected static QueueRequest Waiting() => new() { Wait = TimeSpan.FromSeconds(60) };

    protected async Task SendAsync(params string[] bodies)
    {
        foreach (string body in bodies)
        {
            await Store.SendAsync("q", Draft(body)).InTime();
        }
    }

    protected Task<IReadOnlyList<QueueMessage>> ReceiveAsync(int most = 1) => Store.ReceiveAsync("q", new() { MaxMessages = most }).InTime();

    protected static async Task<MeshError> FailureOf(Func<ValueTask> run) =>
        (await Assert.ThrowsAsync<MeshException>(() => run().InTime())).Error;

    protected static async Task<MeshError> FailureOf<T>(Func<ValueTask<T>> run) =>
        (await Assert.ThrowsAsync<MeshException>(() => run().InTime())).Error;

    private Task RejectAsync(QueueMessage message) => Store.RejectAsync(message.Queue, message.Token!, null, default).InTime();

    private async Task<QueueInfo> InfoAsync() => Assert.Single((await Store.ListAsync("q", null, 10).InTime()).Queues, queue => queue.Name == "q");

    private async Task<IReadOnlyList<string>> NamesAsync() => [.. (await Store.ListAsync("", null, 100).InTime()).Queues.Select(queue => queue.Name)];

    private IQueueStore Own(IQueueStore store)
    {
        _made.Add(store);
        return store;
    }

    private static IEnumerable<string> Bodies(IEnumerable<QueueMessage> messages) => messages.Select(message => message.Body.ToString());

    private static (int Ready, int InFlight, int Delayed) Sizes(QueueInfo queue) => (queue.Ready, queue.InFlight, queue.Delayed);

    private static void AssertEnded(MeshError error) => Assert.Equal(MeshErrorCode.DeliveryEnded, error.Code);

    private static void AssertClosed(MeshError error) => Assert.Equal(MeshErrorCode.QueueClosed, error.Code);
}
