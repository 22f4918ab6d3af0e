using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>The state of a room, as its participants see it.</summary>
public abstract class RoomClientStateContract : RoomClientContract
{
    [Fact]
    public async Task What_one_participant_puts_another_one_gets()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        Assert.Null(await bob.State.GetAsync("a.b").InTime());
        Assert.Equal(1, await ada.State.PutAsync("a.b", new Order("Oslo", 3)).InTime());
        Assert.Equal(2, await ada.State.PutAsync("c", JsonPayload.FromUtf8(Utf8(""" [1, null] """))).InTime());
        var entry = await bob.State.GetAsync("a.b").InTime();
        Assert.Equal(("a.b", """{"city":"Oslo","days":3}""", 1L), (entry!.Key, entry.Value.ToString(), entry.Version));
        Assert.Equal(new Order("Oslo", 3), entry.Read<Order>());
        Assert.Equal(new StateEntry<Order>("a.b", new("Oslo", 3), 1), await bob.State.GetAsync<Order>("a.b").InTime());
        Assert.Equal("[1,null]", JsonSerializer.Serialize((await bob.State.GetAsync("c").InTime())!.Value.ToElement()));
        Assert.Null(await bob.State.GetAsync<Order>("c.d").InTime());
        AssertCode(MeshErrorCode.InvalidOutput, await FailureOf(bob.State.GetAsync<Order>("c")));
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task Null_and_scalars_are_values()
    {
        var ada = await JoinAsync("ada");
        await ada.State.PutAsync<string?>("none", null).InTime();
        await ada.State.PutAsync("n", 1.5).InTime();
        Assert.Equal("null", (await ada.State.GetAsync("none").InTime())!.Value.ToString());
        Assert.Equal(1.5, (await ada.State.GetAsync<double>("n").InTime())!.Value);
        await Assert.ThrowsAsync<ArgumentException>(async () => await ada.State.PutAsync("n", default(JsonPayload)));
    }

    [Fact]
    public async Task Creating_fails_where_the_key_is_there_and_tells_its_version()
    {
        var ada = await JoinAsync("ada");
        Assert.Equal(1, await ada.State.CreateAsync("a", 1).InTime());
        var error = await FailureOf(ada.State.CreateAsync("a", 2));
        AssertCode(MeshErrorCode.AlreadyExists, error);
        Assert.Contains("'a'", error.Message, StringComparison.Ordinal);
        Assert.Equal("""{"key":"a","expectedVersion":0,"currentVersion":1}""", error.Details?.GetRawText());
        Assert.Equal(1, (await ada.State.GetAsync<int>("a").InTime())!.Value);
        await ada.State.DeleteAsync("a").InTime();
        Assert.Equal(3, await ada.State.CreateAsync("a", JsonPayload.FromElement(Json("2"))).InTime());
    }

    [Fact]
    public async Task Updating_and_deleting_compare_versions()
    {
        var ada = await JoinAsync("ada");
        long first = await ada.State.PutAsync("a", 1).InTime();
        long second = await ada.State.UpdateAsync("a", 2, first).InTime();
        var error = await FailureOf(ada.State.UpdateAsync("a", 3, first));
        AssertCode(MeshErrorCode.VersionConflict, error);
        Assert.Equal("""{"key":"a","expectedVersion":1,"currentVersion":2}""", error.Details?.GetRawText());
        AssertCode(MeshErrorCode.VersionConflict, await FailureOf(ada.State.DeleteAsync("a", first)));
        Assert.Equal(2, (await ada.State.GetAsync<int>("a").InTime())!.Value);
        Assert.True(await ada.State.DeleteAsync("a", second).InTime());
        Assert.False(await ada.State.DeleteAsync("a").InTime());
        error = await FailureOf(ada.State.UpdateAsync("a", JsonPayload.FromElement(Json("3")), second));
        AssertCode(MeshErrorCode.VersionConflict, error);
        Assert.Contains("not there", error.Message, StringComparison.Ordinal);
        AssertCode(MeshErrorCode.VersionConflict, await FailureOf(ada.State.DeleteAsync("a", second)));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.UpdateAsync("a", 3, 0)));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.DeleteAsync("a", -1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("a.*")]
    [InlineData(">")]
    [InlineData("a\n")]
    [InlineData("ä")]
    [InlineData("a\ud800")]
    [InlineData("../etc/passwd\0")]
    public async Task Malformed_keys_are_refused(string key)
    {
        var ada = await JoinAsync("ada");
        var error = await FailureOf(ada.State.PutAsync(key, 1));
        AssertCode(MeshErrorCode.InvalidArguments, error);
        Assert.Contains("/key", error.Message, StringComparison.Ordinal);
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.GetAsync(key)));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.DeleteAsync(key)));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.ListAsync(cursor: key)));
        Assert.Empty((await ada.State.ListAsync().InTime()).Entries);
        Assert.Empty(Faults);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.")]
    [InlineData("a*")]
    [InlineData(">.a")]
    [InlineData("a.>b")]
    [InlineData("a..*")]
    [InlineData("* ")]
    public async Task Malformed_patterns_are_refused(string pattern)
    {
        var ada = await JoinAsync("ada");
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.ListAsync(pattern)));
        var error = await Assert.ThrowsAsync<MeshException>(() => ada.State.WatchAsync(pattern).ToListInTimeAsync());
        AssertCode(MeshErrorCode.InvalidArguments, error.Error);
    }

    [Fact]
    public async Task Keys_have_256_characters_at_most()
    {
        var ada = await JoinAsync("ada");
        string longest = new('k', 256);
        await ada.State.PutAsync(longest, 1).InTime();
        Assert.Equal(1, (await ada.State.GetAsync<int>(longest).InTime())!.Value);
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.PutAsync(longest + "k", 1)));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.ListAsync(limit: 0)));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.ListAsync(limit: 1_001)));
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("1e400")]
    [InlineData("\"\\ud800\"")]
    [InlineData("NaN")]
    [InlineData("{")]
    [InlineData("1 2")]
    [InlineData("[1] // no")]
    public async Task What_may_not_enter_a_room_is_no_value(string json)
    {
        var ada = await JoinAsync("ada");
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.PutAsync("a", JsonPayload.FromUtf8(Utf8(json)))));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.CreateAsync("a", JsonPayload.FromUtf8(Utf8(json)))));
        Assert.Null(await ada.State.GetAsync("a").InTime());
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task Values_that_JSON_cannot_carry_and_too_deep_ones_are_refused()
    {
        var ada = await JoinAsync("ada");
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.PutAsync("a", double.NaN)));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.UpdateAsync("a", double.PositiveInfinity, 1)));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.PutAsync("a", JsonPayload.FromElement(Json("""{"a":1,"a":2}""")))));
        await ada.State.PutAsync("deep", Nested(63)).InTime();
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(ada.State.PutAsync("deep", Nested(64))));

        static JsonPayload Nested(int depth) => JsonPayload.FromUtf8(Utf8(new string('[', depth) + new string(']', depth)));
    }

    [Fact]
    public async Task What_was_given_as_memory_is_copied()
    {
        var ada = await JoinAsync("ada");
        byte[] text = Utf8("12");
        await ada.State.PutAsync("a", JsonPayload.FromUtf8(text)).InTime();
        text[0] = (byte)'9';
        using (var document = JsonDocument.Parse("""{"b":[1]}"""))
        {
            await ada.State.PutAsync("b", JsonPayload.FromElement(document.RootElement)).InTime();
        }

        Assert.Equal(12, (await ada.State.GetAsync<int>("a").InTime())!.Value);
        Assert.Equal("""{"b":[1]}""", (await ada.State.GetAsync("b").InTime())!.Value.ToString());
    }

    [Fact]
    public async Task Limits_of_the_store_and_of_responses_are_errors_of_their_own()
    {
        StartHost(options => options with
        {
            StateStore = _ => new MemoryStateStore(new() { MaxKeys = 2, MaxValueBytes = 2_000 }),
            MaxResponseBytes = 1_500,
        });
        var ada = await JoinAsync("ada");
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(ada.State.PutAsync("a", new string('x', 2_000))));
        await ada.State.PutAsync("a", new string('x', 1_700)).InTime();
        await ada.State.PutAsync("b", new string('x', 700)).InTime();
        AssertCode(MeshErrorCode.StoreFull, await FailureOf(ada.State.PutAsync("c", 1)));
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(ada.State.GetAsync("a")));
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(ada.State.ListAsync()));
        Assert.Equal(702, (await ada.State.GetAsync("b").InTime())!.Value.Length);
        await ada.State.PutAsync("a", new string('x', 700)).InTime();
        var page = await ada.State.ListAsync().InTime();
        Assert.Equal(("a", "a"), (Assert.Single(page.Entries).Key, page.Cursor));
        Assert.Equal("b", Assert.Single((await ada.State.ListAsync(cursor: page.Cursor).InTime()).Entries).Key);
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task Grants_say_which_keys_and_whether_they_may_be_written()
    {
        var ada = await JoinAsync("ada");
        foreach (string key in new[] { "a.1", "b.1", "a.2", "b.2", "c.1" })
        {
            await ada.State.PutAsync(key, 1).InTime();
        }

        var none = await JoinAsync("none", Grants.UserDefault with { State = null });
        var some = await JoinAsync("some", Grants.UserDefault with { State = new() { Keys = new("a.*", "c.*") } });
        var reader = await JoinAsync("reader", Grants.UserDefault with { State = new() { Keys = new("b.*"), ReadOnly = true } });
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(none.State.GetAsync("a.1")));
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(none.State.ListAsync()));
        AssertCode(MeshErrorCode.NotGranted, (await Assert.ThrowsAsync<MeshException>(() => none.State.WatchAsync().ToListInTimeAsync())).Error);

        Assert.Equal(6, await some.State.PutAsync("a.1", 2).InTime());
        var error = await FailureOf(some.State.PutAsync("b.1", 2));
        AssertCode(MeshErrorCode.NotGranted, error);
        Assert.Contains("'b.1'", error.Remedy, StringComparison.Ordinal);
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(some.State.GetAsync("b.1")));
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(some.State.DeleteAsync("b.9")));

        Assert.NotNull(await reader.State.GetAsync("b.1").InTime());
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(reader.State.PutAsync("b.1", 2)));
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(reader.State.CreateAsync("b.3", 2)));
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(reader.State.UpdateAsync("b.1", 2, 2)));
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(reader.State.DeleteAsync("b.1")));

        // Listings show what is covered, and cursors no more than that.
        var page = await some.State.ListAsync(limit: 2).InTime();
        Assert.Equal("a.1 a.2, a.2", Show(page));
        page = await some.State.ListAsync(limit: 2, cursor: page.Cursor).InTime();
        Assert.Equal("c.1, ", Show(page));
        Assert.Null((await reader.State.ListAsync(limit: 2).InTime()).Cursor);

        await using var watch = reader.State.WatchAsync().GetAsyncEnumerator();
        Assert.Equal(["put b.1", "put b.2", "synced"], await NextAsync(watch, 3));
        await ada.State.PutAsync("a.3", 1).InTime();
        await ada.State.DeleteAsync("b.1").InTime();
        Assert.Equal(["deleted b.1"], await NextAsync(watch, 1));
    }

    [Fact]
    public async Task The_person_whom_a_call_is_for_limits_it_as_well()
    {
        var ada = await JoinAsync("ada");
        await ada.State.PutAsync("a", 1).InTime();
        await ada.State.PutAsync("b", 2).InTime();
        await OfferAsync(
            "tool",
            Tool.Create("read", async (string key, CallContext call) => (await call.Room.State.TryGet(key)).Code.ToString()),
            Tool.Create("list", async (CallContext call) => (await call.Room.State.ListAsync()).Entries.Count),
            Tool.Create("watch", async (CallContext call) => (await call.Room.State.WatchAsync().TakeUntilAsync(change => change.Kind == StateChangeKind.Synced)).Count));
        var bob = await JoinAsync("bob", Grants.UserDefault with { State = new() { Keys = new("a") } });
        Assert.Equal("", await bob.Toolkits.InvokeAsync<string>("kit/read", new { key = "a" }).InTime());
        Assert.Equal("not_granted", await bob.Toolkits.InvokeAsync<string>("kit/read", new { key = "b" }).InTime());
        Assert.Equal(1, await bob.Toolkits.InvokeAsync<int>("kit/list").InTime());
        Assert.Equal(2, await ada.Toolkits.InvokeAsync<int>("kit/list").InTime());
        Assert.Equal(2, await bob.Toolkits.InvokeAsync<int>("kit/watch").InTime());
    }

    [Fact]
    public async Task A_watch_goes_on_after_the_version_that_another_one_has_seen()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        await ada.State.PutAsync("p.1", 1).InTime();
        var seen = await bob.State.WatchAsync("p.*").TakeUntilAsync(change => change.Kind == StateChangeKind.Synced);
        Assert.Equal("1", seen[0].Entry!.Value.ToString());
        await ada.State.DeleteAsync("p.1").InTime();
        await ada.State.PutAsync("q.1", 1).InTime();
        await ada.State.PutAsync("p.2", 2).InTime();
        await using (var watch = bob.State.WatchAsync("p.*", StateWatchStart.After(seen[^1].Version)).GetAsyncEnumerator())
        {
            Assert.Equal(["deleted p.1", "put p.2", "synced"], await NextAsync(watch, 3));
        }

        await using (var watch = bob.State.WatchAsync("p.*", StateWatchStart.Now).GetAsyncEnumerator())
        {
            Assert.Equal(["synced"], await NextAsync(watch, 1));
        }

        await using (var watch = bob.State.WatchAsync("p.*", StateWatchStart.After(99)).GetAsyncEnumerator())
        {
            Assert.Equal(["lagged", "put p.2", "synced"], await NextAsync(watch, 3));
        }
    }

    [Fact]
    public async Task A_watch_may_be_silent_for_as_long_as_nothing_happens()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        await using var watch = bob.State.WatchAsync(">").GetAsyncEnumerator();
        Assert.Equal(["synced"], await NextAsync(watch, 1));
        var next = watch.MoveNextAsync().AsTask();
        Clock.Advance(TimeSpan.FromHours(9));
        Clock.Advance(TimeSpan.FromHours(9));
        await ada.State.PutAsync("a", 1).InTime();
        Assert.True(await next.InTime());
        Assert.Equal("a", watch.Current.Key);
    }

    [Fact]
    public async Task A_watcher_that_reads_no_more_holds_no_writer_up()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        await using var watch = bob.State.WatchAsync().GetAsyncEnumerator();
        Assert.Equal(["synced"], await NextAsync(watch, 1));
        for (int i = 0; i < 1_000; i++)
        {
            await ada.State.PutAsync($"k{i % 2}", i).InTime();
        }

        await ada.State.PutAsync("end", 0).InTime();
        var versions = new Dictionary<string, long>();
        do
        {
            Assert.True(await watch.MoveNextAsync().InTime());
            Assert.True(watch.Current.Version > versions.GetValueOrDefault(watch.Current.Key!));
            versions[watch.Current.Key!] = watch.Current.Version;
        }
        while (watch.Current.Key != "end");
        Assert.Equal([("end", 1_001L), ("k0", 999L), ("k1", 1_000L)], versions.Select(each => (each.Key, each.Value)).Order());
    }

    [Fact]
    public async Task A_watch_ends_when_its_grant_is_taken_away_and_shows_only_what_the_present_grants_cover()
    {
        var (ada, bob) = (await JoinAsync("ada"), await JoinAsync("bob"));
        await using var watch = bob.State.WatchAsync().GetAsyncEnumerator();
        Assert.Equal(["synced"], await NextAsync(watch, 1));
        Host.SetGrants(Den, "bob", Grants.UserDefault with { State = new() { Keys = new("b") } });
        await ada.State.PutAsync("a", 1).InTime();
        await ada.State.PutAsync("b", 1).InTime();
        Assert.Equal(["put b"], await NextAsync(watch, 1));
        var next = watch.MoveNextAsync().AsTask();
        Host.SetGrants(Den, "bob", Grants.UserDefault with { State = null });
        AssertCode(MeshErrorCode.NotGranted, (await Assert.ThrowsAsync<MeshException>(() => next.InTime())).Error);
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task A_room_that_is_retired_waits_for_no_watch_and_ends_it()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromDays(1) });
        var bob = await JoinAsync("bob");
        await using var watch = bob.State.WatchAsync().GetAsyncEnumerator();
        Assert.Equal(["synced"], await NextAsync(watch, 1));
        var next = watch.MoveNextAsync().AsTask();
        await Host.RetireRoomAsync(Den).InTime();
        Assert.False(await next.InTime());
        Assert.Empty(Faults);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public async Task A_watch_that_nobody_reads_on_holds_up_no_retirement_and_ends_after_what_it_was_given(int changes)
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromDays(1) });
        var bob = await JoinAsync("bob");
        await using var watch = bob.State.WatchAsync().GetAsyncEnumerator();
        Assert.Equal(["synced"], await NextAsync(watch, 1));
        var first = watch.MoveNextAsync().AsTask();
        for (int i = 0; i <= changes; i++)
        {
            await bob.State.PutAsync($"k{i}", i).InTime();
        }

        Assert.True(await first.InTime());
        await Host.RetireRoomAsync(Den).InTime();
        var rest = new List<StateChange>();
        while (await watch.MoveNextAsync().InTime())
        {
            rest.Add(watch.Current);
        }

        Assert.Equal(Enumerable.Range(1, rest.Count).Select(i => $"k{i}"), rest.Select(change => change.Key));
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task The_state_of_a_session_ends_with_it()
    {
        var keeps = new List<DisposableStore>();
        StartHost(options => options with
        {
            StateStore = room =>
            {
                keeps.Add(new(room));
                return keeps[^1];
            },
        });
        var ada = await JoinAsync("ada");
        Assert.Empty(keeps);
        await ada.State.PutAsync("a", 1).InTime();
        await ada.State.PutAsync("a", 2).InTime();
        await ada.DisposeAsync().InTime();
        ada = await JoinAsync("ada");
        Assert.Null(await ada.State.GetAsync("a").InTime());
        Assert.Equal([(Den, 1), (Den, 0)], keeps.Select(store => (store.Room, store.Disposals)));
    }

    [Fact]
    public async Task What_a_store_throws_stays_with_the_host()
    {
        StartHost(options => options with { StateStore = _ => new FailingStore() });
        var ada = await JoinAsync("ada");
        MeshError[] errors =
        [
            await FailureOf(ada.State.DeleteAsync("a")), await FailureOf(ada.State.GetAsync("a")),
            await FailureOf(ada.State.PutAsync("a", 1)), await FailureOf(ada.State.ListAsync()),
        ];
        foreach (var error in errors)
        {
            AssertCode(MeshErrorCode.HandlerFailed, error);
            Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
        }

        var watching = await Assert.ThrowsAsync<MeshException>(() => ada.State.WatchAsync().ToListInTimeAsync());
        AssertCode(MeshErrorCode.HandlerFailed, watching.Error);
        Assert.DoesNotContain("canary", watching.Message, StringComparison.Ordinal);
        await ada.DisposeAsync().InTime();
        Assert.Equal(6, Faults.Count);
        Assert.All(Faults, fault => Assert.Contains("canary", fault.Exception!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_listing_ends_with_its_caller_whatever_its_store_does()
    {
        var store = new EndlessStore(TestEnds);
        StartHost(options => options with { StateStore = _ => store });
        var ada = await JoinAsync("ada");
        using var cancel = new CancellationTokenSource();
        var listing = Task.Run(async () => await ada.State.ListAsync("none.>", cancellationToken: cancel.Token));
        await store.Begun.InTime();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listing.InTime());
    }

    [Fact]
    public async Task A_factory_that_uses_the_state_that_it_is_to_make_holds_nothing_up_for_ever()
    {
        RoomClient? ada = null;
        StartHost(options => options with
        {
            CallTimeout = TimeSpan.FromSeconds(5),
            StateStore = _ =>
            {
                ada!.State.GetAsync("k").AsTask().Wait(Bounded.TestTimeout);
                return new MemoryStateStore();
            },
        });
        ada = await JoinAsync("ada");
        var getting = Task.Run(async () => await ada.State.TryGet("k"));
        if (Connection == ConnectionKind.Direct)
        {
            Assert.Equal(MeshErrorCode.HandlerFailed, (await getting.InTime()).Code);
            Assert.Contains(Faults, fault => fault.Exception?.Message == "MeshHostOptions.StateStore used the state of room 'den' for which it is to make the store.");
        }
        else
        {
            // From the far end nothing says what a call comes from: it waits for the store as every other does.
            await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(6)).InTime();
            Assert.Equal(MeshErrorCode.DeadlineExceeded, (await getting.InTime()).Code);
        }
    }

    [Fact]
    public async Task The_name_of_the_toolkit_is_taken_and_its_calls_are_journaled()
    {
        var ada = await JoinAsync("ada", Grants.Full);
        AssertCode(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => Toolkit.Create("state", [])).Error);
        await ada.State.PutAsync("a", 1).InTime();
        var json = await ada.Toolkits.InvokeAsync<JsonElement>("state/get", new { key = "a" }).InTime();
        Assert.Equal("""{"entry":{"key":"a","value":1,"version":1}}""", json.GetRawText());
        Assert.Equal("ada", Assert.Single(EntriesOf("state/put")).Caller);
        Assert.Equal(CallStatus.Result, Assert.Single(EntriesOf("state/get")).Status);
    }

    private static string Show(StatePage page) => $"{string.Join(' ', page.Entries.Select(entry => entry.Key))}, {page.Cursor}";

    private static async Task<string[]> NextAsync(IAsyncEnumerator<StateChange> watch, int count)
    {
        var shown = new string[count];
        for (int i = 0; i < count; i++)
        {
            Assert.True(await watch.MoveNextAsync().InTime());
            shown[i] = $"{watch.Current.Kind.ToString().ToLowerInvariant()} {watch.Current.Key}".TrimEnd();
        }

        return shown;
    }

    private sealed record Order(string City, int Days);

    /// <summary>One that can be disposed.</summary>
    private sealed class DisposableStore(string room) : IStateStore, IAsyncDisposable
    {
        private readonly MemoryStateStore _store = new();

        public string Room => room;

        public int Disposals { get; private set; }

        public ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellationToken) => _store.GetAsync(key, cancellationToken);

        public async ValueTask<StateWriteResult> PutAsync(string key, JsonPayload value, long? expectedVersion, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await _store.PutAsync(key, value, expectedVersion, cancellationToken);
        }

        public ValueTask<StateWriteResult> DeleteAsync(string key, long? expectedVersion, CancellationToken cancellationToken) =>
            _store.DeleteAsync(key, expectedVersion, cancellationToken);

        public ValueTask<StatePage> ListAsync(StatePattern pattern, string? after, int limit, CancellationToken cancellationToken) =>
            _store.ListAsync(pattern, after, limit, cancellationToken);

        public IAsyncEnumerable<StateChange> WatchAsync(StatePattern pattern, StateWatchStart start, CancellationToken cancellationToken) =>
            _store.WatchAsync(pattern, start, cancellationToken);

        public ValueTask DisposeAsync()
        {
            Disposals++;
            return default;
        }
    }

    /// <summary>One whose listings go on from page to page, and listen to nobody.</summary>
    private sealed class EndlessStore(Signal testEnds) : IStateStore
    {
        private readonly MemoryStateStore _store = new();
        private int _pages;

        public Signal Begun { get; } = new();

        public ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellationToken) => _store.GetAsync(key, cancellationToken);

        public ValueTask<StateWriteResult> PutAsync(string key, JsonPayload value, long? expectedVersion, CancellationToken cancellationToken) =>
            _store.PutAsync(key, value, expectedVersion, cancellationToken);

        public ValueTask<StateWriteResult> DeleteAsync(string key, long? expectedVersion, CancellationToken cancellationToken) =>
            _store.DeleteAsync(key, expectedVersion, cancellationToken);

        public ValueTask<StatePage> ListAsync(StatePattern pattern, string? after, int limit, CancellationToken cancellationToken)
        {
            Begun.Set();
            return new(new StatePage([], 0, testEnds.IsSet ? null : $"k{++_pages}"));
        }

        public IAsyncEnumerable<StateChange> WatchAsync(StatePattern pattern, StateWatchStart start, CancellationToken cancellationToken) =>
            _store.WatchAsync(pattern, start, cancellationToken);
    }

    /// <summary>One that has lost its disk.</summary>
    private sealed class FailingStore : IStateStore, IDisposable
    {
        public ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellationToken) => throw new IOException("canary 1");

        public ValueTask<StateWriteResult> PutAsync(string key, JsonPayload value, long? expectedVersion, CancellationToken cancellationToken) =>
            ValueTask.FromException<StateWriteResult>(new IOException("canary 2"));

        public async ValueTask<StateWriteResult> DeleteAsync(string key, long? expectedVersion, CancellationToken cancellationToken)
        {
            await Task.Yield();
            throw new OperationCanceledException("canary 3");
        }

        public ValueTask<StatePage> ListAsync(StatePattern pattern, string? after, int limit, CancellationToken cancellationToken) => throw new IOException("canary 4");

        public IAsyncEnumerable<StateChange> WatchAsync(StatePattern pattern, StateWatchStart start, CancellationToken cancellationToken) => throw new IOException("canary 5");

        public void Dispose() => throw new IOException("canary 6");
    }
}

/// <summary>Calls of state that tests want to know the end of.</summary>
internal static class StateCalls
{
    public static async Task<(MeshErrorCode Code, StateEntry? Entry)> TryGet(this StateClient state, string key)
    {
        try
        {
            return (default, await state.GetAsync(key));
        }
        catch (MeshException exception)
        {
            return (exception.Code, null);
        }
    }
}
