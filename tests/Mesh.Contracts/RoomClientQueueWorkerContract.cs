using System.ComponentModel.DataAnnotations;

namespace Mesh.Contracts;

/// <summary>An agent that deals with the messages of a queue: each once, or again, or as a dead letter, and none is lost.</summary>
public abstract class RoomClientQueueWorkerContract : RoomClientContract
{
    [Fact]
    public async Task Each_message_is_processed_by_a_call_of_its_own_and_acknowledged()
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        var (seen, done) = (new List<string>(), new Signal());
        await ada.Toolkits.RegisterAsync(Toolkit.Create("tools", Tool.Create("note", (string text) => seen.Add(text)))).InTime();
        await using var worker = new TestWorker(async (context, message) =>
        {
            Assert.Equal(("ada", "bob", null), (context.Caller.Name, message.Sender, context.OnBehalfOf));
            await context.Room.Toolkits.InvokeAsync<ToolResponse>("tools/note", new { text = message.Body.ToString() });
            if (seen.Count == 3)
            {
                done.Set();
            }
        });
        await worker.StartAsync(ada).InTime();
        for (int i = 0; i < 3; i++)
        {
            await bob.Queues.SendAsync("jobs", i).InTime();
        }

        await done.InTime();
        await StopAfterAsync(worker, 3);
        Assert.Equal(["0", "1", "2"], seen);
        var calls = EntriesOf("painter/process");
        Assert.Equal(3, calls.Select(call => call.RootId).Distinct().Count());
        Assert.All(calls, call => Assert.Equal((call.CallId, CallStatus.Result), (call.RootId, call.Status)));
        Assert.Equal(calls.Select(call => call.CallId), EntriesOf("tools/note").Select(note => note.ParentId));
        Assert.Equal(calls.Select(call => call.CallId), EntriesOf("queues/acknowledge").Select(answer => answer.ParentId));
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task It_is_in_the_catalogue_as_background_work_and_its_tool_is_its_own()
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        await using var worker = new TestWorker(_ => default);
        await worker.StartAsync(ada).InTime();
        Assert.Equal(AgentShape.Watcher, (await bob.Agents.GetAsync("painter").InTime()).Contract.Shape);
        AssertCode(MeshErrorCode.NotInvocable, await FailureOf(bob.Agents.TryAskAsync("painter")));
        Assert.Empty(await bob.Toolkits.ListAsync().InTime());
        object arguments = new { id = new string('0', 32), delivery = 1, body = 1 };
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("painter/process", arguments)));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(ada.Toolkits.TryInvokeAsync("painter/process", arguments)));
        await worker.StopAsync().InTime();
        Assert.Empty(await bob.Agents.ListAsync().InTime());
        Assert.Empty(await ada.Toolkits.ListAsync().InTime());
    }

    [Fact]
    public async Task A_message_that_always_fails_comes_again_after_growing_pauses_and_is_a_dead_letter_at_last()
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        var failed = new SemaphoreSlim(0);
        await using var worker = new TestWorker(_ =>
        {
            failed.Release();
            throw new InvalidOperationException("secret");
        });
        await worker.StartAsync(ada).InTime();
        await bob.Queues.SendAsync("jobs", 1).InTime();
        foreach (int seconds in new[] { 1, 2, 4, 8 })
        {
            Assert.True(await failed.WaitAsync(Bounded.TestTimeout));
            await StateAsync(bob, "jobs", queue => queue is { Delayed: 1, Receivers: 1 });
            Clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.Equal(0, failed.CurrentCount);
            Clock.Advance(TimeSpan.FromTicks(1));
        }

        await StateAsync(bob, "jobs.dead", queue => queue.Ready == 1);
        var dead = Assert.Single(await bob.Queues.ReceiveAsync("jobs.dead").InTime());
        Assert.Equal(("jobs", 5), (dead.DeadLetter!.Queue, dead.DeadLetter.Deliveries));
        Assert.Contains("handler_failed", dead.DeadLetter.Reason, StringComparison.Ordinal);
        Assert.EndsWith("(InvalidOperationException)", dead.DeadLetter.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", dead.DeadLetter.Reason, StringComparison.Ordinal);
        Assert.Equal(5, Faults.Count(fault => fault.Kind == MeshFaultKind.Handler));
    }

    [Fact]
    public async Task What_a_worker_says_itself_is_in_the_dead_letter_well_formed_and_cut()
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        await using var worker = new TestWorker(_ => throw new ToolException("no paint \ud800" + new string('x', 600))) { RetryDelay = TimeSpan.Zero };
        await worker.StartAsync(ada).InTime();
        await bob.Queues.SendAsync("jobs", 1).InTime();
        await StateAsync(bob, "jobs.dead", queue => queue.Ready == 1);
        string reason = Assert.Single(await bob.Queues.ReceiveAsync("jobs.dead").InTime()).DeadLetter!.Reason!;
        Assert.StartsWith("handler_failed: no paint \ufffdx", reason, StringComparison.Ordinal);
        Assert.Equal(500, reason.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_malformed_message_is_not_processed_and_its_dead_letter_says_why(bool isTyped)
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        var (times, done) = (0, new Signal());
        ValueTask Process(int count)
        {
            times += count;
            done.Set();
            return default;
        }

        await using QueueWorker worker = isTyped
            ? new Painter(job => Process(job.Times)) { RetryDelay = TimeSpan.Zero }
            : new TestWorker(
                (_, message) => Process(message.Body.ToElement().GetProperty("times").GetInt32()),
                """{"type":"object","properties":{"what":{"type":"string"},"times":{"$ref":"#/$defs/few"}},"required":["times"],"$defs":{"few":{"type":"integer","maximum":9}}}""")
            {
                RetryDelay = TimeSpan.Zero,
            };
        await worker.StartAsync(ada).InTime();
        await bob.Queues.SendAsync("jobs", new { what = "door", times = 99 }).InTime();
        await StateAsync(bob, "jobs.dead", queue => queue.Ready == 1);
        string reason = Assert.Single(await bob.Queues.ReceiveAsync("jobs.dead").InTime()).DeadLetter!.Reason!;
        Assert.StartsWith("invalid_arguments: ", reason, StringComparison.Ordinal);
        Assert.Contains("/body/times", reason, StringComparison.Ordinal);
        Assert.False(done.IsSet);
        await bob.Queues.SendAsync("jobs", new { what = "door", times = 3 }).InTime();
        await done.InTime();
        Assert.Equal(3, times);
    }

    [Fact]
    public async Task It_processes_as_many_at_once_as_it_may_and_receives_no_more()
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        var (running, most, all, goOn) = (0, 0, new SemaphoreSlim(0), new SemaphoreSlim(0));
        await using var worker = new TestWorker(async _ =>
        {
            int now = Interlocked.Increment(ref running);
            most = Math.Max(most, now);
            all.Release();
            await goOn.WaitAsync();
            Interlocked.Decrement(ref running);
        })
        {
            MaxConcurrency = 3,
        };
        for (int i = 0; i < 7; i++)
        {
            await bob.Queues.SendAsync("jobs", i).InTime();
        }

        await worker.StartAsync(ada).InTime();
        for (int i = 0; i < 7; i++)
        {
            Assert.True(await all.WaitAsync(Bounded.TestTimeout));
            if (i == 2)
            {
                var queue = Assert.Single(await bob.Queues.ListAsync().ToListInTimeAsync());
                Assert.Equal((4, 3), (queue.Ready, queue.InFlight));
                goOn.Release(7);
            }
        }

        await StopAfterAsync(worker, 7);
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task A_message_stays_the_workers_while_it_takes_long()
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        var (begun, goOn) = (new Signal(), new Signal());
        await using var worker = new TestWorker(async _ =>
        {
            begun.Set();
            await goOn.WaitStubbornlyAsync();
        })
        {
            MessageTimeout = TimeSpan.FromHours(1),
        };
        await worker.StartAsync(ada).InTime();
        await bob.Queues.SendAsync("jobs", 1).InTime();
        await begun.InTime();
        for (int i = 1; i <= 6; i++)
        {
            await Clock.TimerWithinAsync(TimeSpan.FromSeconds(10));
            Clock.Advance(TimeSpan.FromSeconds(10));
            while (EntriesOf("queues/extend").Count < i)
            {
                await Task.Yield();
            }
        }

        Assert.Empty(await bob.Queues.ReceiveAsync("jobs").InTime());
        goOn.Set();
        await StopAfterAsync(worker, 1);
        Assert.Equal(CallStatus.Result, Assert.Single(EntriesOf("painter/process")).Status);
    }

    [Fact]
    public async Task One_that_takes_too_long_fails_and_what_ignores_that_keeps_its_place()
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        var (begun, second) = (new Signal(), new Signal());
        await using var worker = new TestWorker(async message =>
        {
            if (message.Body.ToString() == "1" && message.Deliveries == 1)
            {
                begun.Set();
                await TestEnds.WaitStubbornlyAsync();
            }

            second.Set();
        })
        {
            MessageTimeout = TimeSpan.FromSeconds(5),
        };
        await worker.StartAsync(ada).InTime();
        await bob.Queues.SendAsync("jobs", 1).InTime();
        await begun.InTime();
        await bob.Queues.SendAsync("jobs", 2).InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(6));
        await StateAsync(bob, "jobs", queue => queue.InFlight == 0);
        while (Faults.IsEmpty)
        {
            await Task.Yield();
        }

        Assert.Equal(MeshFaultKind.Agent, Assert.Single(Faults).Kind);
        Assert.Equal(MeshErrorCode.DeadlineExceeded, Assert.Single(EntriesOf("painter/process")).ErrorCode);
        Assert.False(second.IsSet);
        TestEnds.Set();
        await second.InTime();
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("leave")]
    [InlineData("remove")]
    public async Task What_is_not_done_when_it_ends_is_ready_again_at_once(string how)
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob", Grants.Full));
        var begun = new Signal();
        await using var worker = new TestWorker(async _ =>
        {
            begun.Set();
            await TestEnds.WaitStubbornlyAsync();
        });
        await worker.StartAsync(ada).InTime();
        var id = await bob.Queues.SendAsync("jobs", 1).InTime();
        await begun.InTime();
        await (how switch
        {
            "stop" => worker.StopAsync(),
            "leave" => ada.DisposeAsync().AsTask(),
            _ => bob.Participants.RemoveAsync("ada").AsTask(),
        }).InTime();
        var message = Assert.Single(await bob.Queues.ReceiveAsync("jobs", new() { Wait = TimeSpan.FromSeconds(20) }).InTime());
        Assert.Equal((id, 2), (message.Id, message.Deliveries));
        await worker.Completion.InTime();
    }

    [Fact]
    public async Task A_stop_lets_what_runs_end_and_takes_nothing_new()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        var (begun, goOn) = (new Signal(), new Signal());
        await using var worker = new TestWorker(async _ =>
        {
            begun.Set();
            await goOn.WaitStubbornlyAsync();
        })
        {
            Visibility = TimeSpan.FromMinutes(5),
        };
        await worker.StartAsync(ada).InTime();
        await bob.Queues.SendAsync("jobs", 1).InTime();
        await begun.InTime();
        await bob.Queues.SendAsync("jobs", 2).InTime();
        var stopping = worker.StopAsync();

        // It receives no more when it has begun to wait for what runs.
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(10));
        Assert.False(stopping.IsCompleted);
        goOn.Set();
        await stopping.InTime();
        Assert.Equal("2", Assert.Single(await bob.Queues.ReceiveAsync("jobs", new() { MaxMessages = 9 }).InTime()).Body.ToString());
    }

    [Fact]
    public async Task A_room_that_is_retired_lets_what_runs_be_acknowledged()
    {
        var store = new HookedQueueStore(Clock);
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10), QueueStore = _ => store });
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        var (begun, goOn) = (new Signal(), new Signal());
        await using var worker = new TestWorker(async _ =>
        {
            begun.Set();
            await goOn.WaitStubbornlyAsync();
        });
        await worker.StartAsync(ada).InTime();
        await bob.Queues.SendAsync("jobs", 1).InTime();
        await begun.InTime();
        var retiring = Host.RetireRoomAsync(Den);
        goOn.Set();
        await retiring.InTime();
        await worker.Completion.InTime();
        Assert.Equal(CallStatus.Result, Assert.Single(EntriesOf("queues/acknowledge")).Status);
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task A_closed_queue_ends_it_when_all_is_done()
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        int done = 0;
        await using var worker = new TestWorker(_ =>
        {
            Interlocked.Increment(ref done);
            return default;
        });
        await worker.StartAsync(ada).InTime();
        await bob.Queues.SendAsync("jobs", 1).InTime();
        await bob.Queues.CloseAsync("jobs").InTime();
        await worker.Completion.InTime();
        Assert.Equal(1, done);
        Assert.Empty(await bob.Agents.ListAsync().InTime());
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task A_store_that_fails_for_a_while_is_asked_again_after_a_pause()
    {
        var store = new HookedQueueStore(Clock);
        StartHost(options => options with { QueueStore = _ => store });
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        var (failed, done) = (new Signal(), new Signal());
        store.Received = () =>
        {
            store.Received = static () => default;
            failed.Set();
            throw new InvalidOperationException("The disk is away.");
        };
        await using var worker = new TestWorker(_ =>
        {
            done.Set();
            return default;
        });
        await worker.StartAsync(ada).InTime();
        await bob.Queues.SendAsync("jobs", 1).InTime();
        await failed.InTime();
        await bob.Queues.SendAsync("jobs", 2).InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(1));
        await done.InTime();
        Assert.Contains(Faults, fault => fault.Kind == MeshFaultKind.Agent);
    }

    [Fact]
    public async Task Without_the_grants_it_does_not_start_and_takes_no_message()
    {
        var bob = await JoinAsync("bob");
        await bob.Queues.SendAsync("jobs", 1).InTime();
        foreach (var (lacking, says) in new[]
        {
            (Grants.AgentDefault with { Queues = new() { Receive = new AllowList("mail") } }, "queues.receive"),
            (Grants.AgentDefault with { Agents = Grants.AgentDefault.Agents! with { UseTools = false } }, "agents.useTools"),
            (Grants.AgentDefault with { Agents = Grants.AgentDefault.Agents! with { RegisterPrivateToolkit = false } }, "agents.registerPrivateToolkit"),
        })
        {
            await using var ada = await JoinAsync("ada", lacking, ParticipantRole.Agent);
            await using var worker = new TestWorker(_ => default);
            var error = (await Assert.ThrowsAsync<MeshException>(() => worker.StartAsync(ada).InTime())).Error;
            AssertCode(MeshErrorCode.NotGranted, error);
            Assert.Contains(says, error.ToString(), StringComparison.Ordinal);
            Assert.Empty(await ada.Toolkits.ListAsync().InTime());
        }

        Assert.Equal(1, Assert.Single(await bob.Queues.ReceiveAsync("jobs").InTime()).Deliveries);
    }

    [Fact]
    public async Task A_grant_that_is_taken_away_stops_it_from_using_messages_up()
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob", Grants.Full));
        await using var worker = new TestWorker(_ => default);
        await worker.StartAsync(ada).InTime();
        await bob.Participants.SetGrantsAsync("ada", Grants.AgentDefault with { Agents = Grants.AgentDefault.Agents! with { UseTools = false } }).InTime();
        await using var changes = bob.Agents.WatchAsync().GetAsyncEnumerator();
        for (int i = 0; i < 3; i++)
        {
            await bob.Queues.SendAsync("jobs", i).InTime();
        }

        do
        {
            Assert.True(await changes.MoveNextAsync().InTime());
        }
        while (changes.Current.Kind != RoomEventKinds.AgentFailed);
        Assert.Equal(2, Assert.Single(await bob.Queues.ListAsync("jobs").ToListInTimeAsync()).Ready);
        Assert.Equal(MeshErrorCode.NotGranted, (Assert.Single(Faults).Exception as MeshException)?.Code);
    }

    [Fact]
    public async Task A_worker_is_started_once_and_waits_for_what_it_requires()
    {
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        var done = new Signal();
        await using var worker = new TestWorker(_ =>
        {
            done.Set();
            return default;
        })
        {
            Requires = [Requirement.Toolkit("tools")],
            RequirementTimeout = TimeSpan.FromSeconds(3),
        };
        await bob.Queues.SendAsync("jobs", 1).InTime();
        var starting = worker.StartAsync(ada);
        AssertCode(MeshErrorCode.AlreadyStarted, (await Assert.ThrowsAsync<MeshException>(() => worker.StartAsync(ada).InTime())).Error);
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(3));
        AssertCode(MeshErrorCode.Unavailable, (await Assert.ThrowsAsync<MeshException>(() => starting.InTime())).Error);
        Assert.False(done.IsSet);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("tools", Tool.Create("one", () => 1))).InTime();
        await worker.StartAsync(ada).InTime();
        await done.InTime();
    }

    [Fact]
    public async Task A_worker_may_stop_itself_within_a_message()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        var (ada, bob) = (await JoinAgentAsync(), await JoinAsync("bob"));
        TestWorker? worker = null;
        worker = new TestWorker(async _ => await worker!.StopAsync());
        await worker.StartAsync(ada).InTime();
        await bob.Queues.SendAsync("jobs", 1).InTime();
        await worker.Completion.InTime();
        await StateAsync(bob, "jobs", queue => queue is { Ready: 0, InFlight: 0 });
        await worker.DisposeAsync().InTime();
    }

    [Fact]
    public void What_it_is_made_of_is_checked()
    {
        foreach (int bad in new[] { 0, -1 })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new TestWorker(_ => default) { MaxConcurrency = bad });
            Assert.Throws<ArgumentOutOfRangeException>(() => new TestWorker(_ => default) { Visibility = TimeSpan.FromSeconds(bad) });
            Assert.Throws<ArgumentOutOfRangeException>(() => new TestWorker(_ => default) { MessageTimeout = TimeSpan.FromSeconds(bad) });
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new TestWorker(_ => default) { RetryDelay = TimeSpan.FromSeconds(-1) });
        Assert.Throws<ArgumentException>(() => new TestWorker((_, _) => default, queue: ""));
    }

    [Fact]
    public async Task A_malformed_queue_is_named_at_the_start()
    {
        var ada = await JoinAgentAsync();
        await using var worker = new TestWorker((_, _) => default, queue: "a b");
        AssertCode(MeshErrorCode.InvalidArguments, (await Assert.ThrowsAsync<MeshException>(() => worker.StartAsync(ada).InTime())).Error);
    }

    private Task<RoomClient> JoinAgentAsync() => JoinAsync("ada", Grants.AgentDefault, ParticipantRole.Agent);

    /// <summary>Stops a worker when it has dealt with so many messages.</summary>
    private async Task StopAfterAsync(QueueWorker worker, int messages)
    {
        for (int i = 0; EntriesOf("painter/process").Count < messages; i++)
        {
            Assert.True(i < 1_000_000, "The messages were not dealt with.");
            await Task.Yield();
        }

        await worker.StopAsync().InTime();
    }

    /// <summary>Waits until a queue is as it should be; the room tells no event of that.</summary>
    private static async Task StateAsync(RoomClient client, string name, Predicate<QueueInfo> isSo)
    {
        for (int i = 0; i < 200_000; i++)
        {
            var queues = await client.Queues.ListAsync(name).ToListInTimeAsync();
            if (queues.FirstOrDefault(queue => queue.Name == name) is { } queue && isSo(queue))
            {
                return;
            }

            await Task.Yield();
        }

        Assert.Fail($"Queue '{name}' is not as it should be.");
    }

    private sealed record Job(string What, [property: Range(1, 9)] int Times);

    private sealed class Painter(Func<Job, ValueTask> process) : QueueWorker<Job>("painter", "jobs")
    {
        protected override ValueTask ProcessAsync(AgentCallContext context, QueueMessage message, Job body) => process(body);
    }
}
