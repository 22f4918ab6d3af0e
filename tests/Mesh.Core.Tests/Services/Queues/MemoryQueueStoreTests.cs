using Mesh.Contracts;

namespace Mesh.Core.Tests.Services.Queues;

public sealed class MemoryQueueStoreContractTests : QueueStoreContract
{
    protected override IQueueStore Create(TimeProvider clock, QueuePolicy policy) => new MemoryQueueStore(clock, new() { Policy = policy });
}

/// <summary>What the store in memory refuses, so that it never holds more than it may.</summary>
public sealed class MemoryQueueStoreTests
{
    private readonly ManualTimeProvider _clock = new();
    private ulong _ids;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_that_is_too_large_is_refused()
    {
        var store = Store(new() { MaxMessageBytes = 1_100 });
        var error = await FailureAsync(store, "q", new string('x', 100));
        Assert.Equal((MeshErrorCode.TooLarge, false), (error.Code, error.Retryable));
        Assert.Contains("1144 bytes", error.Message, StringComparison.Ordinal);
        Assert.Empty((await store.ListAsync("", null, 10, Token)).Queues);
    }

    [Theory]
    [InlineData(2, 100, 1_000_000, 1_000_000, "Queue 'q' is full: it holds at most 2 messages.")]
    [InlineData(100, 2, 1_000_000, 1_000_000, "The room is full: it holds at most 2 messages in all queues.")]
    [InlineData(100, 100, 2_100, 1_000_000, "Queue 'q' is full: it holds at most 2,100 bytes.")]
    [InlineData(100, 100, 1_000_000, 2_100, "The room is full: it holds at most 2,100 bytes in all queues.")]
    public async Task What_is_full_takes_no_more_until_something_was_dealt_with(int messages, int allMessages, long bytes, long allBytes, string expected)
    {
        var store = Store(new() { MaxMessagesPerQueue = messages, MaxMessages = allMessages, MaxBytesPerQueue = bytes, MaxBytes = allBytes });
        await SendAsync(store, "q", "1");
        await SendAsync(store, "q", "2");
        var held = Assert.Single(await store.ReceiveAsync("q", new(), Token));
        for (int i = 0; i < 3; i++)
        {
            var error = await FailureAsync(store, "q", "3");
            Assert.Equal((MeshErrorCode.Overloaded, expected, true), (error.Code, error.Message, error.Retryable));
        }

        await store.AcknowledgeAsync("q", held.Token!, Token);
        await SendAsync(store, "q", "3");
        await store.DrainAsync("q", 10, int.MaxValue, Token);
        await SendAsync(store, "q", "4");
        await SendAsync(store, "q", "5");
        Assert.Equal(MeshErrorCode.Overloaded, (await FailureAsync(store, "q", "6")).Code);
    }

    [Fact]
    public async Task Dead_letters_have_room_in_any_case()
    {
        var store = Store(new() { MaxQueues = 1, MaxMessagesPerQueue = 2, MaxMessages = 2, Policy = new() { MaxDeliveries = 1 } });
        for (int i = 0; i < 2; i++)
        {
            await SendAsync(store, "q", "1");
            await store.RejectAsync("q", Assert.Single(await store.ReceiveAsync("q", new(), Token)).Token!, null, default, Token);
        }

        Assert.Equal(2, (await store.ReceiveAsync("q.dead", new() { MaxMessages = 10 }, Token)).Count);
        Assert.Equal(MeshErrorCode.Overloaded, (await FailureAsync(store, "q", "1")).Code);
    }

    [Fact]
    public async Task Dead_letter_queues_take_no_other_queues_place()
    {
        var store = Store(new() { MaxQueues = 2, Policy = new() { MaxDeliveries = 1 } });
        foreach (string queue in (string[])["a", "b"])
        {
            await SendAsync(store, queue, "1");
            await SendAsync(store, queue, "2");
            await store.RejectAsync(queue, Assert.Single(await store.ReceiveAsync(queue, new(), Token)).Token!, null, default, Token);
        }

        Assert.Equal(["a", "a.dead", "b", "b.dead"], (await store.ListAsync("", null, 10, Token)).Queues.Select(queue => queue.Name));
        Assert.Equal("The room is full: it holds at most 2 queues.", (await FailureAsync(store, "c", "1")).Message);
    }

    [Fact]
    public async Task Dead_letter_queues_that_nobody_uses_do_not_pile_up()
    {
        var store = Store(new() { MaxQueues = 2, Policy = new() { MaxDeliveries = 1 } });
        for (int i = 0; i < 10; i++)
        {
            string queue = $"q{i}";
            await SendAsync(store, queue, "1");
            await store.RejectAsync(queue, Assert.Single(await store.ReceiveAsync(queue, new(), Token)).Token!, null, default, Token);
            await store.DrainAsync(queue + ".dead", 10, int.MaxValue, Token);
        }

        Assert.InRange((await store.ListAsync("", null, 100, Token)).Queues.Count, 2, 4);
    }

    [Fact]
    public void A_message_is_never_larger_than_its_size_says()
    {
        string longest = new('q', QueuePolicy.MaxNameLength), escaped = new('\u0001', 500);
        var message = new QueueMessage
        {
            Id = new(ulong.MaxValue, ulong.MaxValue),
            Queue = longest,
            Sequence = long.MaxValue,
            Body = JsonPayload.FromUtf8("1"u8.ToArray()),
            Headers = new Dictionary<string, string> { [escaped] = escaped },
            Sender = escaped,
            SentAt = DateTimeOffset.MaxValue,
            Deliveries = int.MaxValue,
            Token = new('t', 256),
            DeadLetter = new() { Queue = longest, Deliveries = int.MaxValue, Reason = escaped, At = DateTimeOffset.MaxValue },
        };
        int length = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(message, MeshJsonContext.Default.QueueMessage).Length;
        Assert.InRange(length, 1, QueueMessage.SizeOf(message.Body, message.Headers, message.Sender, escaped));
    }

    [Fact]
    public async Task Queues_that_nobody_uses_make_room_for_others_open_ones_first()
    {
        var store = Store(new() { MaxQueues = 2 });
        await store.CloseAsync("closed", Token);
        await SendAsync(store, "a", "1");
        await store.AcknowledgeAsync("a", Assert.Single(await store.ReceiveAsync("a", new(), Token)).Token!, Token);
        await SendAsync(store, "c", "1");
        Assert.Equal(["c", "closed"], (await store.ListAsync("", null, 10, Token)).Queues.Select(queue => queue.Name));
        await SendAsync(store, "d", "1");
        Assert.Equal(["c", "d"], (await store.ListAsync("", null, 10, Token)).Queues.Select(queue => queue.Name));
        Assert.Equal("The room is full: it holds at most 2 queues.", (await FailureAsync(store, "e", "1")).Message);
    }

    [Fact]
    public async Task Keys_that_are_remembered_are_never_forgotten_early()
    {
        var store = Store(new() { MaxKeys = 1 });
        await store.SendAsync("q", Draft("1") with { Key = "a", Fingerprint = "1" }, Token);
        _clock.Advance(TimeSpan.FromMinutes(4));
        var error = (await Assert.ThrowsAsync<MeshException>(async () => await store.SendAsync("q", Draft("1") with { Key = "b" }, Token))).Error;
        Assert.Equal((MeshErrorCode.Overloaded, TimeSpan.FromMinutes(6)), (error.Code, error.RetryAfter));
        _clock.Advance(TimeSpan.FromMinutes(6));
        await store.SendAsync("q", Draft("1") with { Key = "b" }, Token);
    }

    [Fact]
    public async Task No_more_receivers_wait_than_may()
    {
        var store = Store(new() { MaxReceiversPerQueue = 1 });
        using var cancel = new CancellationTokenSource();
        var waiting = store.ReceiveAsync("q", new() { Wait = TimeSpan.FromSeconds(1) }, cancel.Token).AsTask();
        var error = (await Assert.ThrowsAsync<MeshException>(async () => await store.ReceiveAsync("q", new() { Wait = TimeSpan.FromSeconds(1) }, Token))).Error;
        Assert.Equal(MeshErrorCode.Overloaded, error.Code);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
        var next = store.ReceiveAsync("q", new() { Wait = TimeSpan.FromSeconds(1) }, Token).AsTask();
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public void Options_out_of_range_name_their_property()
    {
        Assert.Contains("MaxQueues", Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryQueueStoreOptions { MaxQueues = 0 }).Message, StringComparison.Ordinal);
        Assert.Contains("MaxBytes", Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryQueueStoreOptions { MaxBytes = -1 }).Message, StringComparison.Ordinal);
        Assert.Contains("MaxDeliveries", Assert.Throws<ArgumentOutOfRangeException>(() => new QueuePolicy { MaxDeliveries = 1_001 }).Message, StringComparison.Ordinal);
        Assert.Contains("KeyLifetime", Assert.Throws<ArgumentOutOfRangeException>(() => new QueuePolicy { KeyLifetime = TimeSpan.Zero }).Message, StringComparison.Ordinal);
    }

    private MemoryQueueStore Store(MemoryQueueStoreOptions options) => new(_clock, options);

    private QueueDraft Draft(string body) => new()
    {
        Id = new(1, ++_ids),
        Body = JsonPayload.FromUtf8(System.Text.Encoding.UTF8.GetBytes($"\"{body}\"")),
        Sender = "ada",
    };

    private async Task SendAsync(MemoryQueueStore store, string queue, string body) => await store.SendAsync(queue, Draft(body), Token);

    private async Task<MeshError> FailureAsync(MemoryQueueStore store, string queue, string body) =>
        (await Assert.ThrowsAsync<MeshException>(() => SendAsync(store, queue, body))).Error;
}
