using System.Text;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Services.State;

public sealed class MemoryStateStoreContractTests : StateStoreContract
{
    protected override IStateStore NewStore() =>
        new MemoryStateStore(new() { MaxKeys = 20, MaxValueBytes = 200, MaxTotalBytes = 1_000, MaxRememberedDeletions = 30 });
}

public sealed class MemoryStateStoreTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(MemoryStateStoreOptions.MaxKeys))]
    [InlineData(nameof(MemoryStateStoreOptions.MaxValueBytes))]
    [InlineData(nameof(MemoryStateStoreOptions.MaxTotalBytes))]
    [InlineData(nameof(MemoryStateStoreOptions.MaxRememberedDeletions))]
    public void An_option_that_is_out_of_range_is_named(string name)
    {
        var options = new MemoryStateStoreOptions();
        Assert.Contains(name, Assert.Throws<ArgumentOutOfRangeException>(() => name switch
        {
            nameof(options.MaxKeys) => options with { MaxKeys = 0 },
            nameof(options.MaxValueBytes) => options with { MaxValueBytes = 0 },
            nameof(options.MaxTotalBytes) => options with { MaxTotalBytes = 0 },
            _ => options with { MaxRememberedDeletions = -1 },
        }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_listing_and_replay_goes_on_from_look_to_look()
    {
        var store = new MemoryStateStore();
        const int Keys = 5_000;
        for (int i = 0; i < Keys; i++)
        {
            await store.PutAsync($"k.{i}.{(i % 100 == 0 ? "rare" : "common")}", Json("1"), null, Stop);
        }

        int pages = 0, found = 0;
        string? cursor = null;
        do
        {
            var page = await store.ListAsync(StatePattern.Parse("k.*.rare"), cursor, 10, Stop);
            (pages, found, cursor) = (pages + 1, found + page.Entries.Count, page.Cursor);
        }
        while (cursor is not null);
        Assert.Equal(50, found);
        Assert.InRange(pages, 5, 10);

        var replayed = await store.WatchAsync(StatePattern.Parse("k.*.rare"), default, Stop).TakeUntilAsync(change => change.Kind == StateChangeKind.Synced);
        Assert.Equal(51, replayed.Count);
        replayed = await store.WatchAsync(StatePattern.All, default, Stop).TakeUntilAsync(change => change.Kind == StateChangeKind.Synced);
        Assert.Equal(Enumerable.Range(1, Keys).Select(version => (long)version), replayed.SkipLast(1).Select(change => change.Version));
    }

    [Fact]
    public void The_log_stays_as_short_as_what_there_is()
    {
        var log = new StateLog(10, _ => { });
        StateWrite? before = null;
        for (int version = 1; version <= 100_000; version++)
        {
            var write = new StateWrite("k", version, version % 2 == 0 ? default : Json("1"), version % 2);
            log.Add(write, before);
            before = write;
            Assert.InRange(log.Length, 1, 1_100);
        }

        Assert.Equal(0, log.ForgottenThrough);
        Assert.Equal([100_000L], log.After(99_999).ToArray().Select(write => write.Version));
        Assert.True(log.After(100_000).IsEmpty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_overwritten_or_deleted_is_not_held(bool isDeleted)
    {
        var store = new MemoryStateStore();
        var held = await PutAndReplaceAsync(store, isDeleted);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(held.IsAlive);
        GC.KeepAlive(store);
    }

    [Fact]
    public async Task A_store_that_remembers_no_deletion_tells_of_each_as_a_gap()
    {
        var store = new MemoryStateStore(new() { MaxRememberedDeletions = 0 });
        await store.PutAsync("a", Json("1"), null, Stop);
        await using var watch = store.WatchAsync(StatePattern.All, StateWatchStart.Now, Stop).GetAsyncEnumerator(Stop);
        Assert.True(await watch.MoveNextAsync().InTime());
        await store.DeleteAsync("a", null, Stop);
        Assert.True(await watch.MoveNextAsync().InTime());
        Assert.Equal(new(StateChangeKind.Lagged, 2) { Missed = 1 }, watch.Current);
        Assert.True(await watch.MoveNextAsync().InTime());
        Assert.Equal(new(StateChangeKind.Synced, 2), watch.Current);
    }

    /// <summary>In a method of its own, so that the test itself holds no value.</summary>
    private static async Task<WeakReference> PutAndReplaceAsync(MemoryStateStore store, bool isDeleted)
    {
        byte[] value = Encoding.UTF8.GetBytes("\"large\"");
        await store.PutAsync("k", JsonPayload.FromUtf8(value), null, Stop);
        Assert.NotNull(await store.GetAsync("k", Stop));
        Assert.True((isDeleted ? await store.DeleteAsync("k", null, Stop) : await store.PutAsync("k", Json("1"), null, Stop)).IsDone);
        return new WeakReference(value);
    }

    private static JsonPayload Json(string text) => JsonPayload.FromUtf8(Encoding.UTF8.GetBytes(text));
}
