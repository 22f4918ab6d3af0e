using Mesh.Contracts;

namespace Mesh.Core.Tests.Calls;

public sealed class IdempotencyStoreTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly MeshHost _mesh = new();
    private RoomMember? _bob;

    [Fact]
    public async Task The_first_owns_a_key_and_later_ones_wait_for_it()
    {
        var store = new IdempotencyStore(_clock);
        Assert.Null(store.Begin(await CallAsync("k"), out var entry, out bool isOwner));
        Assert.True(isOwner);
        Assert.Null(store.Begin(await CallAsync("k"), out var same, out isOwner));
        Assert.False(isOwner);
        Assert.Same(entry, same);
        store.Complete(entry, CallOutcome.FromResult(EmptyResponse.Instance), hadEffect: true);
        Assert.True((await same.Outcome.Task.InTime()).IsResult);
    }

    [Fact]
    public async Task A_full_store_refuses_new_keys_and_forgets_no_old_one()
    {
        var store = new IdempotencyStore(_clock);
        for (int i = 0; i < IdempotencyStore.Capacity; i++)
        {
            Assert.Null(store.Begin(await CallAsync($"k{i}"), out var entry, out _));
            store.Complete(entry, CallOutcome.FromResult(EmptyResponse.Instance), hadEffect: true);
        }

        _clock.Advance(TimeSpan.FromMinutes(4));
        var refusal = store.Begin(await CallAsync("new"), out _, out _);
        Assert.Equal((MeshErrorCode.Overloaded, true, TimeSpan.FromMinutes(6)), (refusal!.Code, refusal.Retryable, refusal.RetryAfter));
        Assert.Null(store.Begin(await CallAsync("k0"), out _, out bool isOwner));
        Assert.False(isOwner);
        _clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Null(store.Begin(await CallAsync("new"), out _, out isOwner));
        Assert.True(isOwner);
    }

    [Fact]
    public async Task A_key_given_back_belongs_to_the_next_one_also_beyond_the_first_ones_time()
    {
        var store = new IdempotencyStore(_clock);
        store.Begin(await CallAsync("k"), out var first, out _);
        store.Complete(first, CallOutcome.FromError(new(MeshErrorCode.Unavailable, "x")), hadEffect: false);
        _clock.Advance(TimeSpan.FromMinutes(5));
        store.Begin(await CallAsync("k"), out var second, out bool isOwner);
        Assert.True(isOwner);
        store.Complete(second, CallOutcome.FromResult(EmptyResponse.Instance), hadEffect: true);
        _clock.Advance(TimeSpan.FromMinutes(6));
        store.Begin(await CallAsync("k"), out var third, out isOwner);
        Assert.False(isOwner);
        Assert.Same(second, third);
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    private async ValueTask<CallState> CallAsync(string key)
    {
        if (_bob is null)
        {
            var client = await _mesh.JoinAsync("den", "bob", Grants.Full);
            await client.Toolkits.RegisterAsync(Toolkit.Create("probe", Tool.Create("member", (CallContext call) => { _bob = ((CallState)call).Member; })));
            await client.Toolkits.TryInvokeAsync("probe/member");
        }

        var request = new CallRequest { Id = new MeshId(1, 1), RootId = new MeshId(1, 1), Target = "a/b", IdempotencyKey = key };
        return new CallState(_bob!, request, null, null, default) { Arguments = System.Text.Json.JsonElement.Parse("{}") };
    }
}
