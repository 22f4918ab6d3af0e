using Mesh.Agents;
using Microsoft.Extensions.AI;

namespace Mesh.Contracts;

/// <summary>What every store of threads promises.</summary>
public abstract class ThreadStoreContract
{
    /// <summary>A new store without any threads.</summary>
    protected abstract IThreadStore NewStore();

    [Fact]
    public async Task Entries_have_one_order_from_1_and_come_back_as_they_were_added()
    {
        var store = await OpenAsync();

        var first = await store.AppendAsync("t", Said("a", "hello")).InTime();
        var second = await store.AppendAsync("t", Said("b", "there") with { ReplyTo = "a" }).InTime();

        Assert.Equal((1L, 2L), (first.Sequence, second.Sequence));
        Assert.NotEqual(default, first.Time);
        var page = await store.ReadAfterAsync("t", 0, 10).InTime();
        Assert.Null(page.Cursor);
        Assert.Equal(["hello", "there"], page.Entries.Select(entry => entry.Text));
        Assert.Equal(("b", "a", "ada"), (page.Entries[1].Id, page.Entries[1].ReplyTo, page.Entries[1].Author));
        Assert.Equal(new ThreadInfo("t", 2), await store.FindAsync("t").InTime());
    }

    [Fact]
    public async Task Many_who_add_at_the_same_instant_are_all_kept_in_one_order()
    {
        var store = await OpenAsync();

        var added = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () => await store.AppendAsync("t", Said($"id-{i}", $"{i}"))))).InTime();

        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), added.Select(entry => entry.Sequence).Order());
        var read = (await store.ReadAfterAsync("t", 0, 1_000).InTime()).Entries;
        Assert.Equal(added.OrderBy(entry => entry.Sequence).Select(entry => entry.Id), read.Select(entry => entry.Id));
    }

    [Fact]
    public async Task The_same_id_is_added_once()
    {
        var store = await OpenAsync();
        var first = await store.AppendAsync("t", Said("a", "hello")).InTime();

        var again = await store.AppendAsync("t", Said("a", "something else")).InTime();

        Assert.Equal((first.Sequence, "hello"), (again.Sequence, again.Text));
        Assert.Equal(1, (await store.FindAsync("t").InTime())?.LastSequence);
    }

    [Fact]
    public async Task Who_expects_another_version_adds_nothing()
    {
        var store = await OpenAsync();
        await store.AppendAsync("t", Said("a", "hello"), expectedVersion: 0).InTime();

        await AssertFailsAsync(MeshErrorCode.VersionConflict, () => store.AppendAsync("t", Said("b", "late"), expectedVersion: 0));

        Assert.Equal(1, (await store.FindAsync("t").InTime())?.LastSequence);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(11)]
    public async Task Pages_give_all_there_is_in_either_direction(int limit)
    {
        var store = await OpenAsync(10);
        var (forward, backward) = (new List<long>(), new List<long>());

        long? cursor = 0;
        while (cursor is { } after)
        {
            var page = await store.ReadAfterAsync("t", after, limit).InTime();
            Assert.True(page.Entries.Count <= limit);
            forward.AddRange(page.Entries.Select(entry => entry.Sequence));
            cursor = page.Cursor;
        }

        long? before = null;
        do
        {
            var page = await store.ReadNewestAsync("t", before, limit).InTime();
            Assert.True(page.Entries.Count <= limit);
            backward.InsertRange(0, page.Entries.Select(entry => entry.Sequence));
            before = page.Cursor;
        }
        while (before is not null);

        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), forward);
        Assert.Equal(forward, backward);
    }

    [Fact]
    public async Task A_page_stays_as_it_was_when_more_is_added()
    {
        var store = await OpenAsync(2);
        var page = await store.ReadNewestAsync("t", null, 10).InTime();

        await store.AppendAsync("t", Said("new", "new")).InTime();

        Assert.Equal(2, page.Entries.Count);
    }

    [Fact]
    public async Task A_branch_shares_what_was_before_and_neither_sees_what_the_other_adds()
    {
        var store = await OpenAsync(3);

        var branch = await store.BranchAsync("t", 2, "b").InTime();
        await store.AppendAsync("b", Said("other", "otherwise")).InTime();

        Assert.Equal(new ThreadInfo("b", 2, 0, new("t", 2)), branch);
        Assert.Equal(["1", "2", "otherwise"], await TextsAsync(store, "b"));
        Assert.Equal(["1", "2", "3"], await TextsAsync(store, "t"));
        Assert.Equal(3, (await store.FindAsync("b").InTime())?.LastSequence);
    }

    [Fact]
    public async Task A_branch_is_made_once_and_another_thread_is_never_taken_for_it()
    {
        var store = await OpenAsync(3);
        await store.BranchAsync("t", 2, "b").InTime();

        Assert.Equal(2, (await store.BranchAsync("t", 2, "b").InTime()).LastSequence);
        await AssertFailsAsync(MeshErrorCode.AlreadyExists, () => store.BranchAsync("t", 1, "b"));
        await AssertFailsAsync(MeshErrorCode.AlreadyExists, () => store.BranchAsync("t", 1, "t"));
        await AssertFailsAsync(MeshErrorCode.NotFound, () => store.BranchAsync("t", 4, "c"));
        await AssertFailsAsync(MeshErrorCode.NotFound, () => store.BranchAsync("none", 0, "c"));
        Assert.Null(await store.FindAsync("c").InTime());
    }

    [Fact]
    public async Task Clearing_is_remembered_also_by_branches_that_begin_after_it_and_keeps_what_was_there()
    {
        var store = await OpenAsync(2);
        await store.AppendAsync("t", new("clear", ThreadEntryKinds.Cleared, "ada")).InTime();
        await store.AppendAsync("t", Said("new", "new")).InTime();

        Assert.Equal(3, (await store.FindAsync("t").InTime())?.ClearedThrough);
        Assert.Equal(4, (await store.ReadAfterAsync("t", 0, 10).InTime()).Entries.Count);
        Assert.Equal(3, (await store.BranchAsync("t", 4, "after").InTime()).ClearedThrough);
        Assert.Equal(0, (await store.BranchAsync("t", 2, "before").InTime()).ClearedThrough);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_opening_makes_it_once()
    {
        var store = NewStore();

        Assert.Null(await store.FindAsync("t").InTime());
        await AssertFailsAsync(MeshErrorCode.NotFound, () => store.AppendAsync("t", Said("a", "hello")));
        await AssertFailsAsync(MeshErrorCode.NotFound, () => store.ReadNewestAsync("t", null, 1));
        await AssertFailsAsync(MeshErrorCode.NotFound, () => store.ReadAfterAsync("t", 0, 1));
        Assert.Equal(new ThreadInfo("t", 0), await store.OpenAsync("t").InTime());
        await store.AppendAsync("t", Said("a", "hello")).InTime();
        Assert.Equal(new ThreadInfo("t", 1), await store.OpenAsync("t").InTime());
    }

    [Fact]
    public async Task Threads_are_listed_in_pages_in_the_order_of_their_ids()
    {
        var store = NewStore();
        foreach (string id in (string[])["b", "a", "B", "c"])
        {
            await store.OpenAsync(id).InTime();
        }

        var listed = new List<string>();
        string? after = null;
        do
        {
            var page = await store.ListAsync(after, 3).InTime();
            listed.AddRange(page.Threads.Select(thread => thread.Id));
            after = page.Cursor;
        }
        while (after is not null);

        Assert.Equal(["B", "a", "b", "c"], listed);
        Assert.Empty((await store.ListAsync("z", 3).InTime()).Threads);
    }

    [Fact]
    public async Task A_draft_is_kept_for_each_author_in_the_place_of_the_one_before_and_is_no_entry()
    {
        var store = await OpenAsync(1);

        await store.KeepDraftAsync("t", "ada", Said("d", "one") with { ReplyTo = "id-1" }).InTime();
        await store.KeepDraftAsync("t", "ada", Said("d", "one, two") with { ReplyTo = "id-1", IsInterrupted = true }).InTime();
        await store.KeepDraftAsync("t", "bob", Said("e", "other")).InTime();

        var draft = await store.FindDraftAsync("t", "ada").InTime();
        Assert.Equal(("d", "one, two", "id-1", true), (draft?.Id, draft?.Text, draft?.ReplyTo, draft?.IsInterrupted));
        Assert.Equal("other", (await store.FindDraftAsync("t", "bob").InTime())?.Text);
        Assert.Equal(new ThreadInfo("t", 1), await store.FindAsync("t").InTime());
        Assert.Null(await store.FindDraftAsync("t", "eve").InTime());
        await store.KeepDraftAsync("t", "ada", null).InTime();
        await store.KeepDraftAsync("t", "ada", null).InTime();
        Assert.Null(await store.FindDraftAsync("t", "ada").InTime());
        await AssertFailsAsync(MeshErrorCode.NotFound, () => store.FindDraftAsync("none", "ada"));
        Assert.Equal(MeshErrorCode.NotFound, (await Assert.ThrowsAsync<MeshException>(() => store.KeepDraftAsync("none", "ada", Said("d", "one")).AsTask().InTime())).Code);
    }

    [Fact]
    public async Task Threads_of_an_author_are_listed_in_pages_that_of_their_latest_entry_first()
    {
        var store = NewStore();
        foreach (string id in (string[])["a", "b", "c", "d", "e"])
        {
            await store.OpenAsync(id).InTime();
            await store.AppendAsync(id, Said("1", "hello") with { Author = id == "d" ? "bob" : "ada" }).InTime();
        }

        await store.AppendAsync("b", Said("2", "again")).InTime();
        await store.AppendAsync("b", Said("3", "once more")).InTime();
        await store.AppendAsync("a", Said("2", "mine") with { Author = "bob" }).InTime();
        await store.BranchAsync("a", 1, "branch").InTime();

        var first = await store.ListOfAsync("ada", null, 2).InTime();
        var second = await store.ListOfAsync("ada", first.Cursor, 2).InTime();

        Assert.Equal([("b", 3L), ("e", 1L), ("c", 1L), ("a", 2L)], first.Threads.Concat(second.Threads).Select(thread => (thread.Id, thread.LastSequence)));
        Assert.Null(second.Cursor);
        Assert.Equal(["a", "d"], (await store.ListOfAsync("bob", null, 9).InTime()).Threads.Select(thread => thread.Id));
        Assert.Empty((await store.ListOfAsync("eve", null, 9).InTime()).Threads);
    }

    [Fact]
    public async Task A_thread_that_moves_to_the_front_while_pages_are_turned_comes_once_and_no_other_is_lost()
    {
        var store = NewStore();
        foreach (string id in (string[])["a", "b", "c", "d"])
        {
            await store.OpenAsync(id).InTime();
            await store.AppendAsync(id, Said("1", "hello")).InTime();
        }

        var first = await store.ListOfAsync("ada", null, 2).InTime();
        await store.AppendAsync("c", Said("2", "again")).InTime();
        var second = await store.ListOfAsync("ada", first.Cursor, 2).InTime();

        Assert.Equal(["d", "c", "b", "a"], first.Threads.Concat(second.Threads).Select(thread => thread.Id));
        Assert.Null(second.Cursor);
    }

    [Theory]
    [InlineData("")]
    [InlineData("none")]
    [InlineData("-1 a")]
    public async Task What_is_no_cursor_of_a_list_is_refused(string cursor)
    {
        var store = await OpenAsync(1);

        await AssertFailsAsync(MeshErrorCode.InvalidArguments, () => store.ListOfAsync("ada", cursor, 1));
    }

    protected static ThreadEntry Said(string id, string text) => ThreadEntry.Of(id, "ada", new(ChatRole.User, text));

    protected static async Task AssertFailsAsync<T>(MeshErrorCode code, Func<ValueTask<T>> call) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<MeshException>(async () => await call().InTime())).Error.Code);

    /// <summary>A store with one thread, <c>t</c>, that holds so many entries.</summary>
    protected async Task<IThreadStore> OpenAsync(int entries = 0)
    {
        var store = NewStore();
        await store.OpenAsync("t").InTime();
        for (int i = 1; i <= entries; i++)
        {
            await store.AppendAsync("t", Said($"id-{i}", $"{i}")).InTime();
        }

        return store;
    }

    private static async Task<IEnumerable<string?>> TextsAsync(IThreadStore store, string thread) =>
        (await store.ReadAfterAsync(thread, 0, 100).InTime()).Entries.Select(entry => entry.Text);
}
