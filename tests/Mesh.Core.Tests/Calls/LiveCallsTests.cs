using Mesh.Contracts;
using Mesh.Testing;

namespace Mesh.Core.Tests.Calls;

/// <summary>Many calls that wait at the same time: each of them hears of what ends it, and no other does.</summary>
public sealed class LiveCallsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3_000)]
    public async Task When_a_participant_leaves_the_calls_that_it_made_or_served_end_and_the_others_go_on(int calls)
    {
        await using var scene = await Scene.OpenAsync(new());
        var ofBob = scene.Ask("bob", "ada", calls);
        var ofEve = scene.Ask("eve", "ada", calls);
        var byDan = scene.Ask("eve", "dan", calls);
        await scene.Leaves("bob").InTime();
        Assert.All(await Task.WhenAll(ofBob).InTime(), outcome => Assert.NotEqual(CallStatus.Result, outcome.Status));
        await scene.Leaves("dan").InTime();
        Assert.All(await Task.WhenAll(byDan).InTime(), outcome => Assert.Equal(CallStatus.Unknown, outcome.Status));
        Assert.DoesNotContain(ofEve, call => call.IsCompleted);
        scene.Answer();
        Assert.All(await Task.WhenAll(ofEve).InTime(), outcome => Assert.Equal(CallStatus.Result, outcome.Status));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1_000)]
    public async Task Ids_that_are_alike_cost_time_and_nothing_else(int calls)
    {
        var clock = new ManualTimeProvider();
        await using var scene = await Scene.OpenAsync(new() { TimeProvider = clock, IdSource = new AlikeIds() });
        var waiting = scene.Ask("bob", "ada", calls);
        await clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(61));
        Assert.All(await Task.WhenAll(waiting).InTime(), outcome => Assert.Equal(MeshErrorCode.DeadlineExceeded, outcome.Error?.Code));
        Assert.Equal(0, clock.TimerCount);
    }

    [Fact]
    public async Task Each_call_ends_at_its_own_deadline_behind_one_timer()
    {
        var clock = new ManualTimeProvider();
        await using var scene = await Scene.OpenAsync(new() { TimeProvider = clock });
        var waiting = Enumerable.Range(1, 50).Select(number => number * 37 % 51)
            .Select(seconds => (Seconds: seconds, Call: scene.Ask("bob", "ada", 1, TimeSpan.FromSeconds(seconds))[0])).ToArray();
        Assert.Equal(1, clock.TimerCount);
        for (int passed = 1; passed <= 50; passed++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await waiting.Single(each => each.Seconds == passed).Call.InTime();
            Assert.Equal(50 - passed, waiting.Count(each => !each.Call.IsCompleted));
        }

        Assert.Equal(0, clock.TimerCount);
    }

    [Fact]
    public async Task A_deadline_is_told_also_when_the_timer_was_set_for_a_call_that_has_ended()
    {
        // By the system's clock, whose timer stays set.
        await using var scene = await Scene.OpenAsync(new());
        var first = scene.Ask("bob", "ada", 1, TimeSpan.FromMilliseconds(30));
        scene.Answer();
        await first[0].InTime();
        scene.Hold();
        var second = scene.Ask("bob", "ada", 1, TimeSpan.FromMilliseconds(60));
        Assert.Equal(MeshErrorCode.DeadlineExceeded, (await second[0].InTime()).Error?.Code);
    }

    [Fact]
    public async Task Calls_that_begin_while_participants_leave_all_end()
    {
        await using var scene = await Scene.OpenAsync(new());
        var asking = Enumerable.Range(0, 4).Select(asker => Task.Run(
            async () =>
            {
                for (int round = 0; round < 50; round++)
                {
                    string name = $"asker-{asker}-{round}";
                    await scene.Joins(name);
                    var calls = scene.Ask(name, "ada", 3);
                    var leaving = Task.Run(() => scene.Leaves(name), Stop);
                    calls = [.. calls, .. scene.Ask(name, "ada", 3)];
                    await leaving.InTime();
                    await Task.WhenAll(calls).InTime();
                }
            },
            Stop));
        await Task.WhenAll(asking);
    }

    private sealed class AlikeIds : IMeshIdSource
    {
        private long _last;

        public MeshId NewId() => new((ulong)Interlocked.Increment(ref _last), 7);
    }

    /// <summary>A room where ada and dan offer a tool that answers when it is told to.</summary>
    private sealed class Scene(MeshHost host) : IAsyncDisposable
    {
        private readonly Dictionary<string, RoomClient> _people = [];
        private TaskCompletionSource<string> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static async Task<Scene> OpenAsync(MeshHostOptions options)
        {
            var scene = new Scene(new MeshHost(options));
            foreach (string name in new[] { "ada", "dan", "bob", "eve" })
            {
                await scene.Joins(name);
            }

            foreach (string name in new[] { "ada", "dan" })
            {
                await scene.Of(name).Toolkits.RegisterAsync(new Toolkit(name, [Tool.Create("wait", () => scene._answer.Task)]));
            }

            return scene;
        }

        public async Task Joins(string name)
        {
            var client = await host.JoinAsync("waiting", name, Grants.AgentDefault).InTime();
            lock (_people)
            {
                _people[name] = client;
            }
        }

        public Task Leaves(string name) => Of(name).DisposeAsync().AsTask();

        public Task<CallOutcome>[] Ask(string asker, string answerer, int times, TimeSpan? timeout = null)
        {
            var client = Of(asker);
            return [.. Enumerable.Range(0, times).Select(_ => client.Toolkits.TryInvokeAsync($"{answerer}/wait", options: new() { Timeout = timeout }, cancellationToken: Stop).AsTask())];
        }

        public void Answer() => _answer.SetResult("here");

        public void Hold() => _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask DisposeAsync()
        {
            _answer.TrySetResult("the end");
            return host.DisposeAsync();
        }

        private RoomClient Of(string name)
        {
            lock (_people)
            {
                return _people[name];
            }
        }
    }
}
