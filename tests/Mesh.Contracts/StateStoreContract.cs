using System.Text;

namespace Mesh.Contracts;

/// <summary>What every store of a room's state shows, whatever it keeps the state in.</summary>
public abstract class StateStoreContract
{
    private const int Forgotten = 40;

    /// <summary>An empty store that takes 20 keys, 200 bytes a value and 1,000 in all, and remembers 30 deletions.</summary>
    protected abstract IStateStore NewStore();

    [Fact]
    public async Task Every_write_has_the_next_version_whichever_key_it_is_for()
    {
        var store = NewStore();
        Assert.Equal(new(true, 1), await PutAsync(store, "a", "1"));
        Assert.Equal(new(true, 2), await PutAsync(store, "b", "2"));
        Assert.Equal(new(true, 3), await PutAsync(store, "a", "3"));
        Assert.Equal(new(true, 4), await store.DeleteAsync("b", null, default).InTime());
        Assert.Equal(new(true, 5), await PutAsync(store, "b", "4"));
        var entry = await store.GetAsync("a", default).InTime();
        Assert.Equal(("a", "3", 3L), (entry!.Key, entry.Value.ToString(), entry.Version));
        Assert.Null(await store.GetAsync("A", default).InTime());
    }

    [Fact]
    public async Task A_write_with_another_version_than_expected_changes_nothing_and_tells_the_present_one()
    {
        var store = NewStore();
        Assert.Equal(new(false, 0), await PutAsync(store, "a", "1", 3));
        Assert.Equal(new(true, 1), await PutAsync(store, "a", "1", 0));
        Assert.Equal(new(false, 1), await PutAsync(store, "a", "2", 0));
        Assert.Equal(new(false, 1), await PutAsync(store, "a", "2", 2));
        Assert.Equal(new(true, 2), await PutAsync(store, "a", "2", 1));
        Assert.Equal(new(false, 2), await store.DeleteAsync("a", 1, default).InTime());
        Assert.Equal("2", (await store.GetAsync("a", default).InTime())!.Value.ToString());
        Assert.Equal(new(true, 3), await store.DeleteAsync("a", 2, default).InTime());
        Assert.Null(await store.GetAsync("a", default).InTime());
        Assert.Equal(new(false, 0), await store.DeleteAsync("a", 2, default).InTime());
        Assert.Equal(new(false, 0), await PutAsync(store, "a", "3", 3));
        Assert.Equal(new(true, 4), await PutAsync(store, "a", "3", 0));
    }

    [Fact]
    public async Task Deleting_what_is_not_there_happens_not_at_all()
    {
        var store = NewStore();
        Assert.Equal(new(true, 0), await store.DeleteAsync("a", null, default).InTime());
        Assert.Equal(new(true, 1), await PutAsync(store, "a", "1"));
    }

    [Fact]
    public async Task Too_large_a_value_and_too_many_keys_and_bytes_are_refused_and_nothing_changes()
    {
        var store = NewStore();
        await PutAsync(store, "a", "1");
        Assert.Equal(MeshErrorCode.TooLarge, await RefusalOf(store, "a", Text(201)));
        await PutAsync(store, "b", Text(200));
        await PutAsync(store, "c", Text(200));
        await PutAsync(store, "d", Text(200));
        await PutAsync(store, "e", Text(200));
        Assert.Equal(MeshErrorCode.StoreFull, await RefusalOf(store, "f", Text(200)));
        Assert.Equal(MeshErrorCode.StoreFull, await RefusalOf(store, "a", Text(200)));
        await PutAsync(store, "e", Text(20));
        await PutAsync(store, "f", Text(200));
        await store.DeleteAsync("b", null, default).InTime();
        await PutAsync(store, "b", Text(150));
        foreach (string key in "bcdef".Select(key => key.ToString()))
        {
            await store.DeleteAsync(key, null, default).InTime();
        }

        for (int i = 1; i < 20; i++)
        {
            await PutAsync(store, $"k{i}", "1");
        }

        Assert.Equal(MeshErrorCode.StoreFull, await RefusalOf(store, "k20", "1"));
        await PutAsync(store, "k1", "2");
        await store.DeleteAsync("k1", null, default).InTime();
        await PutAsync(store, "k20", "1");
        Assert.Equal("1", (await store.GetAsync("a", default).InTime())!.Value.ToString());

        static string Text(int length) => $"\"{new string('x', length - 2)}\"";
    }

    [Fact]
    public async Task A_listing_is_in_ordinal_order_and_goes_on_where_a_page_has_ended()
    {
        var store = NewStore();
        string[] keys = ["a", "a.B", "a.b", "a.b.c", "a-b", "ab", "b.b", "b.c"];
        foreach (string key in keys)
        {
            await PutAsync(store, key, "0");
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), await ListAsync(store, ">", 100));
        Assert.Equal(keys.Order(StringComparer.Ordinal), await ListAsync(store, ">", 1));
        Assert.Equal(["a.B", "a.b"], await ListAsync(store, "a.*", 1));
        Assert.Equal(["a.B", "a.b", "a.b.c"], await ListAsync(store, "a.>", 2));
        Assert.Equal(["a.b", "b.b"], await ListAsync(store, "*.b", 1));
        Assert.Equal(["a.b.c"], await ListAsync(store, "a.b.c", 3));
        Assert.Empty(await ListAsync(store, "c.>", 3));

        // Going on does not need the key that the page before has ended with.
        var first = await store.ListAsync(StatePattern.All, null, 2, default).InTime();
        await store.DeleteAsync(first.Cursor!, null, default).InTime();
        Assert.Equal("a.b", (await store.ListAsync(StatePattern.All, first.Cursor, 3, default).InTime()).Entries[1].Key);
        Assert.Equal(8, first.Version);
        Assert.Empty((await store.ListAsync(StatePattern.All, "zz", 3, default).InTime()).Entries);
    }

    [Fact]
    public async Task A_watch_tells_what_there_is_then_that_it_has_and_then_what_happens()
    {
        var store = NewStore();
        await PutAsync(store, "p.1.raw", "1");
        await PutAsync(store, "p.1.done", "2");
        await PutAsync(store, "p.2.raw", "3");
        await PutAsync(store, "p.1.raw", "4");
        await store.DeleteAsync("p.2.raw", null, default).InTime();
        await using var watch = Watch(store, "p.*.raw");
        Assert.Equal("put p.1.raw 4 = 4", await NextAsync(watch));
        Assert.Equal("synced 5", await NextAsync(watch));
        var next = watch.MoveNextAsync().AsTask();
        await PutAsync(store, "p.1.done", "5");
        Assert.False(next.IsCompleted);
        await PutAsync(store, "p.3.raw", "6");
        Assert.True(await next.InTime());
        Assert.Equal("put p.3.raw 7 = 6", Show(watch.Current));
        await store.DeleteAsync("p.3.raw", null, default).InTime();
        Assert.Equal("deleted p.3.raw 8", await NextAsync(watch));
    }

    [Fact]
    public async Task A_watch_may_begin_with_what_happens_and_after_a_version()
    {
        var store = NewStore();
        await PutAsync(store, "a", "1");
        await PutAsync(store, "b", "2");
        await store.DeleteAsync("a", null, default).InTime();
        await using (var watch = Watch(store, ">", StateWatchStart.Now))
        {
            Assert.Equal("synced 3", await NextAsync(watch));
            await PutAsync(store, "c", "3");
            Assert.Equal("put c 4 = 3", await NextAsync(watch));
        }

        await using (var watch = Watch(store, ">", StateWatchStart.After(1)))
        {
            Assert.Equal(["put b 2 = 2", "deleted a 3", "put c 4 = 3", "synced 4"], await NextAsync(watch, 4));
        }

        await using (var watch = Watch(store, ">", StateWatchStart.After(4)))
        {
            Assert.Equal("synced 4", await NextAsync(watch));
        }
    }

    [Fact]
    public async Task A_slow_watch_gets_of_each_key_the_latest_change_only()
    {
        var store = NewStore();
        await using var watch = Watch(store, ">");
        Assert.Equal("synced 0", await NextAsync(watch));
        for (int i = 1; i <= 5_000; i++)
        {
            await PutAsync(store, $"k{i % 3}", $"{i}");
        }

        await store.DeleteAsync("k1", null, default).InTime();
        Assert.Equal(["put k2 5000 = 5000", "deleted k1 5001"], (await NextAsync(watch, 3))[1..]);
    }

    [Fact]
    public async Task A_watch_that_misses_deletions_is_told_of_the_gap_and_then_what_there_is()
    {
        var store = NewStore();
        await PutAsync(store, "a", "1");
        await PutAsync(store, "b", "2");
        await using var slow = Watch(store, ">");
        Assert.Equal(["put a 1 = 1", "put b 2 = 2", "synced 2"], await NextAsync(slow, 3));
        await store.DeleteAsync("b", null, default).InTime();
        for (int i = 0; i < Forgotten; i++)
        {
            await PutAsync(store, $"x{i}", "0");
            await store.DeleteAsync($"x{i}", null, default).InTime();
        }

        int version = 3 + 2 * Forgotten;
        string[] expected = [$"lagged {version}", "put a 1 = 1", $"synced {version}"];
        var lagged = await NextAsync(slow, 1);
        Assert.InRange(slow.Current.Missed, 1, version - 2);
        Assert.Equal(expected, lagged.Concat(await NextAsync(slow, 2)));
        await using (var late = Watch(store, ">", StateWatchStart.After(2)))
        {
            Assert.Equal(expected, await NextAsync(late, 3));
        }

        await PutAsync(store, "c", "3");
        Assert.Equal($"put c {version + 1} = 3", await NextAsync(slow));
    }

    [Fact]
    public async Task What_is_deleted_for_others_is_no_gap_for_a_watch_that_waits()
    {
        var store = NewStore();
        await using var watch = Watch(store, "mine");
        Assert.Equal("synced 0", await NextAsync(watch));
        var next = watch.MoveNextAsync().AsTask();
        for (int i = 0; i < Forgotten; i++)
        {
            await PutAsync(store, $"x{i}", "0");
            await store.DeleteAsync($"x{i}", null, default).InTime();
        }

        await PutAsync(store, "mine", "1");
        Assert.True(await next.InTime());
        Assert.Equal($"put mine {1 + 2 * Forgotten} = 1", Show(watch.Current));
    }

    [Fact]
    public async Task A_version_that_was_never_reached_is_a_gap()
    {
        var store = NewStore();
        await PutAsync(store, "a", "1");
        await using var watch = Watch(store, ">", StateWatchStart.After(7));
        Assert.Equal(["lagged 1", "put a 1 = 1", "synced 1"], await NextAsync(watch, 3));
    }

    [Fact]
    public async Task A_watch_that_waits_ends_with_its_token()
    {
        var store = NewStore();
        using var source = new CancellationTokenSource();
        await using var watch = store.WatchAsync(StatePattern.All, StateWatchStart.Now, source.Token).GetAsyncEnumerator();
        Assert.Equal("synced 0", await NextAsync(watch));
        var next = watch.MoveNextAsync().AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.InTime());
        await PutAsync(store, "a", "1");
    }

    private static IAsyncEnumerator<StateChange> Watch(IStateStore store, string pattern, StateWatchStart start = default) =>
        store.WatchAsync(StatePattern.Parse(pattern), start, default).GetAsyncEnumerator();

    private static async Task<string> NextAsync(IAsyncEnumerator<StateChange> watch)
    {
        Assert.True(await watch.MoveNextAsync().InTime());
        return Show(watch.Current);
    }

    private static async Task<string[]> NextAsync(IAsyncEnumerator<StateChange> watch, int count)
    {
        var shown = new string[count];
        for (int i = 0; i < count; i++)
        {
            shown[i] = await NextAsync(watch);
        }

        return shown;
    }

    private static string Show(StateChange change) => string.Join(' ', new[]
    {
        change.Kind.ToString().ToLowerInvariant(), change.Key, $"{change.Version}", change.Entry is { } entry ? $"= {entry.Value}" : null,
    }.OfType<string>());

    private static async Task<StateWriteResult> PutAsync(IStateStore store, string key, string json, long? expected = null) =>
        await store.PutAsync(key, JsonPayload.FromUtf8(Encoding.UTF8.GetBytes(json)), expected, default).InTime();

    private static async Task<MeshErrorCode> RefusalOf(IStateStore store, string key, string json)
    {
        var error = (await Assert.ThrowsAsync<MeshException>(() => PutAsync(store, key, json))).Error;
        Assert.Contains($"'{key}'", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
        return error.Code;
    }

    private static async Task<IReadOnlyList<string>> ListAsync(IStateStore store, string pattern, int limit)
    {
        var keys = new List<string>();
        string? cursor = null;
        do
        {
            var page = await store.ListAsync(StatePattern.Parse(pattern), cursor, limit, default).InTime();
            Assert.InRange(page.Entries.Count, 0, limit);
            keys.AddRange(page.Entries.Select(entry => entry.Key));
            cursor = page.Cursor;
        }
        while (cursor is not null);
        return keys;
    }
}
