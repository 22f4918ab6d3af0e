using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Contracts;

/// <summary>The queues of a room, as each of its participants uses them.</summary>
public abstract partial class RoomClientQueueContract : RoomClientContract
{
    private static readonly QueueReceiveOptions Waiting = new() { Wait = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task A_message_is_sent_received_and_acknowledged()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        var id = await ada.Queues.SendAsync("jobs", new Job("paint", 3), new() { Headers = new Dictionary<string, string> { ["kind"] = "ü" } }).InTime();
        var message = Assert.Single(await bob.Queues.ReceiveAsync("jobs").InTime());
        Assert.Equal(new Job("paint", 3), bob.Queues.Read<Job>(message));
        Assert.Equal((id, "jobs", "ada", 1, Clock.GetUtcNow(), "ü"), (message.Id, message.Queue, message.Sender, message.Deliveries, message.SentAt, message.Headers["kind"]));
        Assert.Equal(1, Assert.Single(await bob.Queues.ListAsync().ToListInTimeAsync()).InFlight);
        await bob.Queues.AcknowledgeAsync(message).InTime();
        AssertCode(MeshErrorCode.DeliveryEnded, await FailureOf(bob.Queues.AcknowledgeAsync(message)));
        Assert.Equal(0, Assert.Single(await bob.Queues.ListAsync().ToListInTimeAsync()).InFlight);
        Assert.Single(EntriesOf("queues/send"));
    }

    [Fact]
    public async Task Values_go_with_given_metadata_too()
    {
        var ada = await JoinAsync("ada");
        await ada.Queues.SendAsync("jobs", new Job("paint", 3), null, JobContext.Default.Job).InTime();
        Assert.Equal(new Job("paint", 3), Assert.Single(await ada.Queues.ReceiveAsync("jobs").InTime()).Read(JobContext.Default.Job));
    }

    [Fact]
    public async Task Queues_are_tools_like_any_other()
    {
        var ada = await JoinAsync("ada");
        await ada.Toolkits.InvokeAsync<string>("queues/send", new { queue = "jobs", body = new { a = 1 } }).InTime();
        var messages = await ada.Toolkits.InvokeAsync<JsonElement>("queues/receive", new { queue = "jobs" }).InTime();
        Assert.Equal(1, messages[0].GetProperty("body").GetProperty("a").GetInt32());
        await ada.Toolkits.InvokeAsync<JsonElement>("queues/acknowledge", new { queue = "jobs", token = messages[0].GetProperty("token").GetString() }).InTime();
        Assert.Empty(await ada.Queues.ReceiveAsync("jobs").InTime());
        AssertCode(MeshErrorCode.InvalidDefinition, (await Assert.ThrowsAnyAsync<MeshException>(() =>
            ada.Toolkits.RegisterAsync(Toolkit.Create("queues", Tool.Create("send", () => 1)), new() { VisibleTo = ["ada"] }).InTime())).Error);
    }

    [Fact]
    public async Task What_was_sent_is_copied()
    {
        var ada = await JoinAsync("ada");
        byte[] body = Utf8("[1]");
        var headers = new Dictionary<string, string> { ["h"] = "a" };
        await ada.Queues.SendAsync("jobs", JsonPayload.FromUtf8(body), new() { Headers = headers }).InTime();
        (body[1], headers["h"]) = ((byte)'2', "b");
        var document = JsonDocument.Parse("[3]");
        await ada.Queues.SendAsync("jobs", JsonPayload.FromElement(document.RootElement)).InTime();
        document.Dispose();
        var messages = await ada.Queues.ReceiveAsync("jobs", new() { MaxMessages = 2 }).InTime();
        Assert.Equal(("[1]", "a", "[3]"), (messages[0].Body.ToString(), messages[0].Headers["h"], messages[1].Body.ToString()));
    }

    [Fact]
    public async Task Whoever_waits_for_dead_letters_gets_what_its_receivers_let_run_out_of_time()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        await ada.Queues.SendAsync("jobs", 7).InTime();
        for (int i = 1; i <= 4; i++)
        {
            Assert.Single(await ada.Queues.ReceiveAsync("jobs", new() { Visibility = TimeSpan.FromSeconds(10) }).InTime());
            Clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Single(await ada.Queues.ReceiveAsync("jobs", new() { Visibility = TimeSpan.FromSeconds(10) }).InTime());
        var waiting = bob.Queues.ReceiveAsync("jobs.dead", new() { Wait = TimeSpan.FromSeconds(20) }).AsTask();
        await WaitersAsync(bob, 1, "jobs.dead");
        Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(("jobs", 5), Assert.Single(await waiting.InTime()).DeadLetter is { } dead ? (dead.Queue, dead.Deliveries) : default);
    }

    [Fact]
    public async Task A_rejected_message_comes_again_and_at_last_is_a_dead_letter()
    {
        var ada = await JoinAsync("ada");
        await ada.Queues.SendAsync("jobs", 7).InTime();
        for (int i = 1; i <= 5; i++)
        {
            var message = Assert.Single(await ada.Queues.ReceiveAsync("jobs").InTime());
            Assert.Equal(i, message.Deliveries);
            await ada.Queues.RejectAsync(message, "will not").InTime();
        }

        var dead = Assert.Single(await ada.Queues.ReceiveAsync("jobs.dead").InTime());
        Assert.Equal(("jobs", 5, "will not"), (dead.DeadLetter!.Queue, dead.DeadLetter.Deliveries, dead.DeadLetter.Reason));
        await ada.Queues.AcknowledgeAsync(dead).InTime();
        Assert.All(await ada.Queues.ListAsync().ToListInTimeAsync(), queue => Assert.Equal((0, 0, 0), (queue.Ready, queue.InFlight, queue.Delayed)));
    }

    [Fact]
    public async Task Times_are_those_of_the_host()
    {
        var ada = await JoinAsync("ada");
        await ada.Queues.SendAsync("jobs", 1, new QueueSendOptions { Delay = TimeSpan.FromMinutes(5) }).InTime();
        Clock.Advance(TimeSpan.FromMinutes(5));
        var first = Assert.Single(await ada.Queues.ReceiveAsync("jobs", new() { Visibility = TimeSpan.FromMinutes(2) }).InTime());
        Clock.Advance(TimeSpan.FromMinutes(1));
        await ada.Queues.ExtendAsync(first, TimeSpan.FromMinutes(3)).InTime();
        Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(await ada.Queues.ReceiveAsync("jobs").InTime());
        await ada.Queues.RejectAsync(first, delay: TimeSpan.FromMinutes(1)).InTime();
        Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(await ada.Queues.ReceiveAsync("jobs").InTime());
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Assert.Single(await ada.Queues.ReceiveAsync("jobs").InTime()).Deliveries);
        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(3, Assert.Single(await ada.Queues.ReceiveAsync("jobs").InTime()).Deliveries);
    }

    [Fact]
    public async Task A_repeated_send_under_a_key_gets_the_first_ones_id()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        var key = new QueueSendOptions { Key = "k" };
        var id = await ada.Queues.SendAsync("jobs", JsonPayload.FromUtf8(Utf8("""{"a":1,"b":2}""")), key).InTime();
        Assert.Equal(id, await ada.Queues.SendAsync("jobs", JsonPayload.FromUtf8(Utf8("""{ "b" : 2, "a" : 1 }""")), key).InTime());
        Assert.NotEqual(id, await bob.Queues.SendAsync("jobs", JsonPayload.FromUtf8(Utf8("""{"a":1,"b":2}""")), key).InTime());
        AssertCode(MeshErrorCode.IdempotencyConflict, await FailureOf(ada.Queues.SendAsync("jobs", 1, key)));
        Assert.Equal(2, (await ada.Queues.ReceiveAsync("jobs", new() { MaxMessages = 10 }).InTime()).Count);
    }

    [Fact]
    public async Task A_queue_is_drained_and_closed()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        for (int i = 0; i < 1_200; i++)
        {
            await ada.Queues.SendAsync("jobs", i, new QueueSendOptions { Delay = TimeSpan.FromSeconds(i % 2) }).InTime();
        }

        Assert.Equal(Enumerable.Range(0, 1_200), (await bob.Queues.DrainAsync("jobs").ToListInTimeAsync()).Select(message => bob.Queues.Read<int>(message)));
        var waiting = bob.Queues.ReceiveAsync("jobs", Waiting);
        await ada.Queues.CloseAsync("jobs").InTime();
        AssertCode(MeshErrorCode.QueueClosed, await FailureOf(waiting));
        AssertCode(MeshErrorCode.QueueClosed, await FailureOf(bob.Queues.ReceiveAsync("jobs")));
        AssertCode(MeshErrorCode.QueueClosed, await FailureOf(ada.Queues.SendAsync("jobs", 1)));
    }

    [Fact]
    public async Task A_receiver_waits_longer_than_a_call_may_take()
    {
        var ada = await JoinAsync("ada");
        var waiting = ada.Queues.ReceiveAsync("jobs", new() { Wait = TimeSpan.FromMinutes(10) }).AsTask();
        await WaitersAsync(ada, 1);
        Clock.Advance(TimeSpan.FromMinutes(9));
        await ada.Queues.SendAsync("jobs", 1).InTime();
        await ada.Queues.AcknowledgeAsync(Assert.Single(await waiting.InTime())).InTime();
        var nothing = ada.Queues.ReceiveAsync("jobs", new() { Wait = TimeSpan.FromMinutes(10) }).AsTask();
        await WaitersAsync(ada, 1);
        Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(await nothing.InTime());
    }

    [Fact]
    public async Task A_waiting_receive_ends_with_its_token_its_deadline_and_its_participant()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        using var cancel = new CancellationTokenSource();
        var cancelled = ada.Queues.ReceiveAsync("jobs", Waiting, cancel.Token).AsTask();
        var late = ada.Toolkits.TryInvokeAsync("queues/receive", new { queue = "jobs", waitSeconds = 100 }, new() { Timeout = TimeSpan.FromSeconds(5) });
        var left = bob.Queues.ReceiveAsync("jobs", Waiting).AsTask();
        await WaitersAsync(ada, 3);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.InTime());
        Clock.Advance(TimeSpan.FromSeconds(6));
        AssertCode(MeshErrorCode.DeadlineExceeded, await FailureOf(late));
        await bob.DisposeAsync().InTime();
        AssertCode(MeshErrorCode.Cancelled, (await Assert.ThrowsAsync<MeshException>(() => left.InTime())).Error);
        await WaitersAsync(ada, 0);
        await ada.Queues.SendAsync("jobs", 1).InTime();
        Assert.Equal(1, Assert.Single(await ada.Queues.ReceiveAsync("jobs").InTime()).Deliveries);
    }

    [Fact]
    public async Task Retiring_a_room_waits_for_no_receiver()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromDays(1) });
        var ada = await JoinAsync("ada");
        var waiting = ada.Queues.ReceiveAsync("jobs", Waiting);
        await WaitersAsync(ada, 1);
        await Host.RetireRoomAsync(Den).InTime();
        AssertCode(MeshErrorCode.Closed, await FailureOf(waiting));
    }

    [Fact]
    public async Task A_receive_that_is_cancelled_as_a_message_comes_does_not_keep_it()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        int gone = 0;
        for (int i = 0; i < 200; i++)
        {
            using var cancel = new CancellationTokenSource();
            var waiting = bob.Queues.ReceiveAsync("jobs", Waiting, cancel.Token).AsTask();
            await WaitersAsync(ada, 1);
            // By turns the one and the other has the start of it.
            Func<Task>[] both = [() => ada.Queues.SendAsync("jobs", i).InTime(), cancel.CancelAsync];
            await Task.WhenAll(Task.Run(both[i % 2]), Task.Run(both[1 - (i % 2)])).InTime();
            IReadOnlyList<QueueMessage> messages;
            try
            {
                messages = await waiting.InTime();
            }
            catch (OperationCanceledException)
            {
                // The clock stands still: it would never come if it had to wait for its visibility to pass.
                gone++;
                messages = await ada.Queues.ReceiveAsync("jobs", Waiting).InTime();
            }

            var message = Assert.Single(messages);
            Assert.Equal((i, 1), (ada.Queues.Read<int>(message), message.Deliveries));
            await ada.Queues.AcknowledgeAsync(message).InTime();
        }

        Assert.NotEqual(0, gone);
    }

    [Fact]
    public async Task Messages_that_were_taken_for_a_caller_that_has_gone_are_back_at_once()
    {
        var store = new HookedQueueStore(Clock);
        StartHost(options => options with { QueueStore = _ => store });
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        await ada.Queues.SendAsync("jobs", 1).InTime();
        var (taken, goOn) = (new Signal(), new Signal());
        store.Received = async () =>
        {
            taken.Set();
            await goOn.WaitStubbornlyAsync();
        };
        using var cancel = new CancellationTokenSource();
        var receiving = bob.Queues.ReceiveAsync("jobs", cancellationToken: cancel.Token).AsTask();
        await taken.InTime();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving.InTime());
        var next = ada.Queues.ReceiveAsync("jobs", Waiting).AsTask();
        goOn.Set();
        Assert.Equal(1, Assert.Single(await next.InTime()).Deliveries);
    }

    [Theory]
    [InlineData("receive")]
    [InlineData("drain")]
    public async Task Messages_that_come_past_the_deadline_are_back_at_once(string tool)
    {
        var store = new HookedQueueStore(Clock);
        StartHost(options => options with { QueueStore = _ => store });
        var ada = await JoinAsync("ada");
        await ada.Queues.SendAsync("jobs", 1).InTime();
        store.Received = () =>
        {
            store.Received = static () => default;
            Clock.Advance(TimeSpan.FromSeconds(2));
            return default;
        };
        AssertCode(MeshErrorCode.DeadlineExceeded, await FailureOf(ada.Toolkits.TryInvokeAsync($"queues/{tool}", new { queue = "jobs" }, new() { Timeout = TimeSpan.FromSeconds(1) })));
        Assert.Equal(1, Assert.Single(await ada.Queues.ReceiveAsync("jobs", Waiting).InTime()).Deliveries);
    }

    [Fact]
    public async Task A_receiver_that_leaves_gives_its_messages_back_when_their_time_has_passed()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        await ada.Queues.SendAsync("jobs", 1).InTime();
        Assert.Single(await bob.Queues.ReceiveAsync("jobs").InTime());
        await bob.DisposeAsync().InTime();
        Assert.Empty(await ada.Queues.ReceiveAsync("jobs").InTime());
        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, Assert.Single(await ada.Queues.ReceiveAsync("jobs").InTime()).Deliveries);
    }

    [Fact]
    public async Task A_receiver_that_asked_for_it_gives_its_messages_back_at_once_when_it_leaves()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        var kept = await JoinAsync("eve");
        for (int i = 0; i < 4; i++)
        {
            await ada.Queues.SendAsync("jobs", i).InTime();
        }

        Assert.Single(await kept.Queues.ReceiveAsync("jobs", new() { ReleaseOnLeave = true }).InTime());
        var messages = await bob.Queues.ReceiveAsync("jobs", new() { MaxMessages = 3, ReleaseOnLeave = true }).InTime();
        await bob.Queues.AcknowledgeAsync(messages[0]).InTime();
        await bob.Queues.RejectAsync(messages[1], delay: TimeSpan.FromDays(1)).InTime();
        await bob.DisposeAsync().InTime();
        var back = Assert.Single(await ada.Queues.ReceiveAsync("jobs", new() { MaxMessages = 9, Wait = TimeSpan.FromSeconds(20) }).InTime());
        Assert.Equal((messages[2].Id, 2), (back.Id, back.Deliveries));
        Assert.Equal((2, 1), (await ada.Queues.ListAsync("jobs").ToListInTimeAsync()) is [var queue] ? (queue.InFlight, queue.Delayed) : default);
        Assert.Empty(Faults);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("name\n")]
    public async Task A_malformed_name_is_refused_by_name(string queue)
    {
        var ada = await JoinAsync("ada");
        var error = await FailureOf(ada.Queues.SendAsync(queue, 1));
        AssertCode(MeshErrorCode.InvalidArguments, error);
        Assert.Contains("argument /queue", error.Message, StringComparison.Ordinal);
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.Queues.ReceiveAsync(queue)));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.Queues.CloseAsync(queue)));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.Queues.ReceiveAsync(new string('q', 129))));
        Assert.Empty(await ada.Queues.ListAsync().ToListInTimeAsync());
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("1e999")]
    [InlineData("\"\\ud800\"")]
    [InlineData("[1")]
    [InlineData("NaN")]
    public async Task A_body_that_may_not_enter_a_room_is_refused(string body)
    {
        var ada = await JoinAsync("ada");
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.Queues.SendAsync("jobs", JsonPayload.FromUtf8(Utf8(body)))));
        Assert.Empty(await ada.Queues.ListAsync().ToListInTimeAsync());
    }

    [Fact]
    public async Task Times_and_numbers_out_of_range_are_refused()
    {
        var ada = await JoinAsync("ada");
        await ada.Queues.SendAsync("jobs", 1).InTime();
        var message = Assert.Single(await ada.Queues.ReceiveAsync("jobs").InTime());
        foreach (var failure in new[]
        {
            FailureOf(ada.Queues.SendAsync("jobs", 1, new QueueSendOptions { Delay = TimeSpan.FromTicks(-1) })),
            FailureOf(ada.Queues.SendAsync("jobs", 1, new QueueSendOptions { Delay = TimeSpan.FromDays(8) })),
            FailureOf(ada.Queues.SendAsync("jobs", 1, new QueueSendOptions { Key = "" })),
            FailureOf(ada.Queues.SendAsync("jobs", 1, new QueueSendOptions { Key = new string('k', 257) })),
            FailureOf(ada.Queues.ReceiveAsync("jobs", new() { Wait = TimeSpan.FromSeconds(-1) })),
            FailureOf(ada.Queues.ReceiveAsync("jobs", new() { Wait = TimeSpan.MaxValue })),
            FailureOf(ada.Queues.ReceiveAsync("jobs", new() { Visibility = TimeSpan.Zero })),
            FailureOf(ada.Queues.ReceiveAsync("jobs", new() { MaxMessages = 0 })),
            FailureOf(ada.Queues.ReceiveAsync("jobs", new() { MaxMessages = 1_001 })),
            FailureOf(ada.Queues.RejectAsync(message, delay: TimeSpan.FromSeconds(-1))),
            FailureOf(ada.Queues.RejectAsync(message, new string('r', 501))),
            FailureOf(ada.Queues.ExtendAsync(message, TimeSpan.FromDays(2))),
        })
        {
            AssertCode(MeshErrorCode.InvalidArguments, await failure);
        }

        await ada.Queues.AcknowledgeAsync(message).InTime();
        await Assert.ThrowsAsync<ArgumentException>(async () => await ada.Queues.AcknowledgeAsync(message with { Token = null }));
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_and_its_sender_told()
    {
        StartHost(options => options with { QueueStore = _ => new MemoryQueueStore(Clock, new() { MaxMessagesPerQueue = 1 }) });
        var ada = await JoinAsync("ada");
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(ada.Queues.SendAsync("jobs", new string('x', 300_000))));
        await ada.Queues.SendAsync("jobs", 1).InTime();
        var full = await FailureOf(ada.Queues.SendAsync("jobs", 2));
        AssertCode(MeshErrorCode.Overloaded, full);
        Assert.True(full.Retryable);
    }

    [Fact]
    public async Task What_could_not_be_received_is_not_taken_headers_counted()
    {
        StartHost(options => options with { MaxResponseBytes = 20_000 });
        var ada = await JoinAsync("ada");
        var large = new QueueSendOptions { Headers = new Dictionary<string, string> { ["x"] = new('\u0001', 3_000) } };
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(ada.Queues.SendAsync("jobs", 1, large)));
        await ada.Queues.SendAsync("jobs", 2).InTime();
        Assert.Equal("2", Assert.Single(await ada.Queues.ReceiveAsync("jobs").InTime()).Body.ToString());
    }

    [Fact]
    public async Task A_body_that_its_type_cannot_take_is_said_to_be_so()
    {
        var ada = await JoinAsync("ada");
        await ada.Queues.SendAsync("jobs", new { what = "paint", times = "many" }).InTime();
        await ada.Queues.SendAsync("jobs", new { text = "x" }).InTime();
        var messages = await ada.Queues.ReceiveAsync("jobs", new() { MaxMessages = 2 }).InTime();
        AssertCode(MeshErrorCode.InvalidOutput, Assert.Throws<MeshException>(() => ada.Queues.Read<Job>(messages[0])).Error);
        AssertCode(MeshErrorCode.InvalidOutput, Assert.Throws<MeshException>(() => messages[0].Read(JobContext.Default.Job)).Error);
        var error = Assert.Throws<MeshException>(() => ada.Queues.Read<Picky>(messages[1])).Error;
        AssertCode(MeshErrorCode.InvalidOutput, error);
        Assert.Contains("'jobs'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_queue_takes_its_own_grant()
    {
        await JoinAsync("ada");
        var sender = await JoinAsync("sender", new Grants { Queues = new() { Send = new AllowList("jobs.*") } });
        var receiver = await JoinAsync("receiver", new Grants { Queues = new() { Receive = new AllowList("jobs.a") } });
        var nobody = await JoinAsync("nobody", Grants.None);
        await sender.Queues.SendAsync("jobs.a", 1).InTime();
        var message = Assert.Single(await receiver.Queues.ReceiveAsync("jobs.a").InTime());
        foreach (var refused in new[]
        {
            FailureOf(sender.Queues.SendAsync("mail", 1)),
            FailureOf(sender.Queues.ReceiveAsync("jobs.a")),
            FailureOf(sender.Queues.AcknowledgeAsync(message)),
            FailureOf(receiver.Queues.ReceiveAsync("jobs.b")),
            FailureOf(receiver.Queues.CloseAsync("jobs.a")),
            FailureOf(receiver.Queues.AcknowledgeAsync(message with { Queue = "jobs.b" })),
            FailureOf(nobody.Queues.SendAsync("jobs.a", 1)),
            FailureOfList(receiver),
        })
        {
            AssertCode(MeshErrorCode.NotGranted, await refused);
        }

        Assert.Contains("queues.send", (await FailureOf(sender.Queues.SendAsync("mail", 1))).Remedy, StringComparison.Ordinal);
        await receiver.Queues.AcknowledgeAsync(message).InTime();
    }

    [Fact]
    public async Task The_text_of_a_stores_exception_stays_with_the_host()
    {
        var store = new HookedQueueStore(Clock) { Sending = () => throw new InvalidOperationException("password=7") };
        StartHost(options => options with { QueueStore = _ => store });
        var ada = await JoinAsync("ada");
        var error = await FailureOf(ada.Queues.SendAsync("jobs", 1));
        AssertCode(MeshErrorCode.HandlerFailed, error);
        Assert.DoesNotContain("password", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("password=7", Assert.Single(Faults).Exception!.Message);
        store.Sending = () => throw new MeshException(QueueErrors.Full("The disk", "nothing"));
        AssertCode(MeshErrorCode.Overloaded, await FailureOf(ada.Queues.SendAsync("jobs", 1)));
    }

    [Fact]
    public async Task A_store_is_made_when_it_is_first_used_and_disposed_with_its_room()
    {
        var made = new List<(string Room, HookedQueueStore Store)>();
        bool fails = true;
        StartHost(options => options with
        {
            QueueStore = room =>
            {
                if (fails)
                {
                    throw new InvalidOperationException("not yet");
                }

                made.Add((room, new HookedQueueStore(Clock)));
                return made[^1].Store;
            },
        });
        var ada = await JoinAsync("ada");
        Assert.Empty(made);
        AssertCode(MeshErrorCode.HandlerFailed, await FailureOf(ada.Queues.SendAsync("jobs", 1)));
        fails = false;
        await ada.Queues.SendAsync("jobs", 1).InTime();
        await ada.Queues.SendAsync("jobs", 2).InTime();
        var (room, store) = Assert.Single(made);
        Assert.Equal((Den, false), (room, store.Disposed.IsSet));
        await ada.DisposeAsync().InTime();
        await store.Disposed.InTime();
        var again = await JoinAsync("ada");
        Assert.Empty(await again.Queues.ReceiveAsync("jobs").InTime());
        Assert.Equal(2, made.Count);
    }

    [Fact]
    public async Task A_store_that_is_long_in_the_making_is_made_once_and_holds_no_retirement_up()
    {
        var (begun, go) = (new Signal(), new Signal());
        int made = 0;
        var store = new HookedQueueStore(Clock);
        StartHost(options => options with
        {
            QueueStore = _ =>
            {
                Interlocked.Increment(ref made);
                begun.Set();
                go.WaitStubbornlyAsync().Wait(Bounded.TestTimeout);
                return store;
            },
        });
        var ada = await JoinAsync("ada");
        var (first, second) = (Task.Run(() => SendAsync(ada)), Task.Run(() => SendAsync(ada)));
        await begun.InTime();
        await Host.RetireRoomAsync(Den).InTime();
        Assert.False(store.Disposed.IsSet);
        go.Set();
        await store.Disposed.InTime();
        await Assert.ThrowsAnyAsync<MeshException>(() => first.InTime());
        await Assert.ThrowsAnyAsync<MeshException>(() => second.InTime());
        Assert.Equal(1, made);

        static async Task SendAsync(RoomClient client) => await client.Queues.SendAsync("jobs", 1);
    }

    protected static async Task<MeshError> FailureOf(ValueTask call) => (await Assert.ThrowsAnyAsync<MeshException>(() => call.InTime())).Error;

    private static async Task<MeshError> FailureOfList(RoomClient client) =>
        (await Assert.ThrowsAnyAsync<MeshException>(() => client.Queues.ListAsync().ToListInTimeAsync())).Error;

    /// <summary>Waits until as many receivers wait for a queue; the room tells no event of that.</summary>
    private static async Task WaitersAsync(RoomClient client, int count, string queue = "jobs")
    {
        for (int i = 0; i < 100_000; i++)
        {
            var queues = await client.Queues.ListAsync(queue).ToListInTimeAsync();
            if ((queues.Count == 0 ? 0 : queues[0].Receivers) == count)
            {
                return;
            }

            await Task.Yield();
        }

        Assert.Fail($"There are not {count} receivers.");
    }

    public sealed record Picky
    {
        public string Text { get; init => field = value.Length == 0 ? value : throw new InvalidOperationException("Nothing suits it."); } = "";
    }

    public sealed record Job(string What, int Times);

    [JsonSerializable(typeof(Job))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    internal sealed partial class JobContext : JsonSerializerContext;
}
