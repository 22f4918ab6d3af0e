using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Threads;

public sealed class MemoryThreadStoreTests : ThreadStoreContract
{
    [Fact]
    public async Task It_says_what_it_has_no_room_for_and_keeps_what_it_has()
    {
        var store = new MemoryThreadStore(new() { MaxThreads = 1, MaxEntries = 1, MaxMessageBytes = 200 });
        await store.OpenAsync("t").InTime();

        await AssertFailsAsync(MeshErrorCode.TooLarge, () => store.AppendAsync("t", Said("a", new string('x', 200))));
        await store.AppendAsync("t", Said("a", "hello")).InTime();
        await AssertFailsAsync(MeshErrorCode.StoreFull, () => store.AppendAsync("t", Said("b", "more")));
        await AssertFailsAsync(MeshErrorCode.StoreFull, () => store.OpenAsync("other"));
        await AssertFailsAsync(MeshErrorCode.StoreFull, () => store.BranchAsync("t", 1, "branch"));

        Assert.Equal(1, (await store.FindAsync("t").InTime())?.LastSequence);
    }

    [Fact]
    public async Task It_holds_so_many_bytes_in_all()
    {
        var store = new MemoryThreadStore(new() { MaxTotalBytes = 150 });
        await store.OpenAsync("t").InTime();
        await store.AppendAsync("t", Said("a", "hello")).InTime();

        await AssertFailsAsync(MeshErrorCode.StoreFull, () => store.AppendAsync("t", Said("b", new string('x', 150))));
    }

    [Fact]
    public async Task A_draft_takes_room_as_long_as_it_is_kept()
    {
        var store = new MemoryThreadStore(new() { MaxTotalBytes = 250, MaxMessageBytes = 200 });
        await store.OpenAsync("t").InTime();
        await store.KeepDraftAsync("t", "ada", Said("d", new string('x', 100))).InTime();

        await AssertFailsAsync(MeshErrorCode.StoreFull, () => store.AppendAsync("t", Said("a", new string('x', 100))));
        await AssertFailsAsync(MeshErrorCode.TooLarge, async () =>
        {
            await store.KeepDraftAsync("t", "ada", Said("d", new string('x', 200)));
            return true;
        });
        Assert.Equal(100, (await store.FindDraftAsync("t", "ada").InTime())?.Text?.Length);
        await store.KeepDraftAsync("t", "ada", null).InTime();
        await store.AppendAsync("t", Said("a", new string('x', 100))).InTime();
    }

    [Fact]
    public async Task Entries_are_timed_by_the_given_clock()
    {
        var clock = new ManualTimeProvider();
        var store = new MemoryThreadStore(null, clock);
        await store.OpenAsync("t").InTime();

        Assert.Equal(clock.GetUtcNow(), (await store.AppendAsync("t", Said("a", "hello")).InTime()).Time);
    }

    [Fact]
    public void A_message_keeps_its_contents_as_json_and_what_is_changed_afterwards_does_not_count()
    {
        var message = new ChatMessage(ChatRole.Tool, [new FunctionResultContent("call-1", new List<AIContent> { new TextContent("a"), new DataContent(new byte[] { 1, 2 }, "image/png") })]);
        var entry = ThreadEntry.Of("a", "bot", message);

        message.Contents.Clear();

        var result = Assert.IsType<FunctionResultContent>(Assert.Single(entry.ToMessage()!.Contents));
        Assert.Equal("call-1", result.CallId);
        Assert.NotNull(result.Result);
    }

    [Fact]
    public void Options_out_of_range_are_named() =>
        Assert.Contains("MaxThreads", Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryThreadStoreOptions { MaxThreads = 0 }).Message, StringComparison.Ordinal);

    protected override IThreadStore NewStore() => new MemoryThreadStore();
}
