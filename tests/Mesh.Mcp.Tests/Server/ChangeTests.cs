using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts;
using ModelContextProtocol;
using ModelContextProtocol.Client;

namespace Mesh.Mcp.Tests.Server;

/// <summary>What clients are told of changes.</summary>
public sealed class ChangeTests : RoomMcpServerTests
{
    [Fact]
    public async Task Older_clients_are_told_once_of_many_changes_and_see_them_all()
    {
        var provider = await OfferAsync(Tool.Create("first", () => 1));
        var (told, options) = Listening();
        var client = await ConnectAsync(await ServeVisitorAsync(new() { TimeProvider = Clock }), Older, options);
        await NamesAsync(client);

        for (int i = 0; i < 10; i++)
        {
            await OfferAsync(provider, $"more{i}", Tool.Create("tool", () => 2));
        }

        await ElapseAsync();
        Assert.Equal(
            ["notifications/prompts/list_changed", "notifications/tools/list_changed"],
            new[] { await told.Next(), await told.Next() }.Order(StringComparer.Ordinal));
        Assert.Equal(11, (await NamesAsync(client)).Count);
        Assert.Equal(0, told.Waiting);
    }

    [Fact]
    public async Task Changed_rights_are_told_and_hold_at_once()
    {
        await OfferAsync(Tool.Create("first", () => 1));
        var (told, options) = Listening("notifications/tools/list_changed");
        var client = await ConnectAsync(await ServeVisitorAsync(new() { TimeProvider = Clock }), Older, options);
        Assert.Equal(["kit_first"], await NamesAsync(client));

        Host.SetGrants("den", "visitor", Grants.None);

        Assert.Empty(await NamesAsync(client));
        await ElapseAsync();
        Assert.Equal("notifications/tools/list_changed", await told.Next());
    }

    [Fact]
    public async Task Newer_clients_are_told_what_they_listen_to_after_an_acknowledgement_and_under_its_id()
    {
        var provider = await OfferAsync(Tool.Create("first", () => 1));
        var room = await JoinAsync("visitor");
        var server = await ServeAsync(room, new() { TimeProvider = Clock, Resources = [new McpStateResources()] });
        await using var silent = new RawClient(server);
        await silent.AskAsync("tools/list", []);
        await using var client = new RawClient(server);

        int id = await client.SendAsync("subscriptions/listen", new()
        {
            ["notifications"] = new JsonObject
            {
                ["toolsListChanged"] = true,
                ["resourcesListChanged"] = true,
                ["resourceSubscriptions"] = new JsonArray("mesh://state/a.b", "file:///etc/passwd"),
            },
        });
        var acknowledged = await client.ReadAsync();
        Assert.Equal("notifications/subscriptions/acknowledged", acknowledged.GetProperty("method").GetString());
        var granted = acknowledged.GetProperty("params").GetProperty("notifications");
        Assert.Equal("""{"toolsListChanged":true,"resourceSubscriptions":["mesh://state/a.b"]}""", granted.GetRawText());
        Assert.Equal(id, SubscriptionOf(acknowledged));

        await OfferAsync(provider, "more", Tool.Create("tool", () => 2));
        await ElapseAsync();
        var changed = await client.ReadAsync();
        Assert.Equal(("notifications/tools/list_changed", id), (changed.GetProperty("method").GetString(), SubscriptionOf(changed)));

        await provider.State.PutAsync("a.b", JsonPayload.FromUtf8("1"u8.ToArray()), Stop).InTime();
        var updated = await client.ReadAsync();
        Assert.Equal(("notifications/resources/updated", id), (updated.GetProperty("method").GetString(), SubscriptionOf(updated)));
        Assert.Equal("mesh://state/a.b", updated.GetProperty("params").GetProperty("uri").GetString());

        // Who listens to nothing hears nothing: the next thing that it reads is its own answer.
        int next = await silent.SendAsync("tools/list", []);
        Assert.Equal(next, (await silent.ReadAsync()).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task A_listener_that_has_enough_is_told_no_more()
    {
        var provider = await OfferAsync(Tool.Create("first", () => 1));
        await using var client = new RawClient(await ServeVisitorAsync(new() { TimeProvider = Clock }));
        int id = await client.SendAsync("subscriptions/listen", new() { ["notifications"] = new JsonObject { ["toolsListChanged"] = true } });
        await client.ReadAsync();

        await client.SendLineAsync($$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{id}}} }}""");

        // Messages are handled side by side, so that a change or two may still be told; but not for ever.
        int told = 0;
        for (int change = 0; told >= change && change < 100; change++)
        {
            await OfferAsync(provider, $"more{change}", Tool.Create("tool", () => 2));
            await ElapseAsync();
            int next = await client.SendAsync("tools/list", []);
            JsonElement message;
            while (!(message = await client.ReadAsync()).TryGetProperty("id", out var answered) || answered.GetInt32() != next)
            {
                told++;
            }
        }

        Assert.InRange(told, 0, 99);
    }

    [Fact]
    public async Task An_older_client_subscribes_to_a_resource_and_unsubscribes()
    {
        var room = await JoinAsync("visitor");
        var (told, options) = Listening("notifications/resources/updated");
        var client = await ConnectAsync(await ServeAsync(room, new() { Resources = [new McpStateResources()] }), Older, options);

        await client.SubscribeToResourceAsync("mesh://state/a", cancellationToken: Stop).InTime();
        await room.State.PutAsync("b", JsonPayload.FromUtf8("1"u8.ToArray()), Stop).InTime();
        await room.State.PutAsync("a", JsonPayload.FromUtf8("2"u8.ToArray()), Stop).InTime();
        Assert.Equal("notifications/resources/updated", await told.Next());

        await client.UnsubscribeFromResourceAsync("mesh://state/a", cancellationToken: Stop).InTime();
        await room.State.PutAsync("a", JsonPayload.FromUtf8("3"u8.ToArray()), Stop).InTime();
        await NamesAsync(client);
        Assert.Equal(0, told.Waiting);
        await Assert.ThrowsAsync<McpProtocolException>(() => client.SubscribeToResourceAsync("file:///etc/passwd", cancellationToken: Stop).InTime());
    }

    [Fact]
    public async Task A_client_is_told_of_no_change_where_there_was_none()
    {
        await OfferAsync(Tool.Create("first", () => 1));
        await using var client = await RawClient.ConnectAsync(await ServeVisitorAsync(new() { TimeProvider = Clock }), Older);

        for (int i = 0; i < 10; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            int id = await client.SendAsync("tools/list", []);
            Assert.Equal(id, (await client.ReadAsync()).GetProperty("id").GetInt32());
        }
    }

    [Fact]
    public async Task A_resource_whose_watch_has_ended_can_be_subscribed_to_again()
    {
        var room = await JoinAsync("visitor");
        var (told, options) = Listening("notifications/resources/updated");
        var client = await ConnectAsync(await ServeAsync(room, new() { Resources = [new McpStateResources()] }), Older, options);
        await client.SubscribeToResourceAsync("mesh://state/a", cancellationToken: Stop).InTime();

        Host.SetGrants("den", "visitor", Grants.None);
        Assert.Equal("notifications/resources/updated", await told.Next());
        Host.SetGrants("den", "visitor", Grants.UserDefault);
        await client.SubscribeToResourceAsync("mesh://state/a", cancellationToken: Stop).InTime();
        await room.State.PutAsync("a", JsonPayload.FromUtf8("1"u8.ToArray()), Stop).InTime();

        Assert.Equal("notifications/resources/updated", await told.Next());
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_hundred_participants_with_different_grants_see_exactly_their_own_tools(string revision)
    {
        var provider = await OfferAsync([.. Enumerable.Range(0, 100).Select(i => Tool.Create($"t{i}", () => i))]);
        var clients = new List<McpClient>();
        for (int i = 0; i < 100; i++)
        {
            var grants = Grants.UserDefault with { Agents = new() { UseTools = true, Tools = new AllowList($"kit/t{i}", $"late/l{i}") } };
            clients.Add(await ConnectAsync(await ServeAsync(await JoinAsync($"p{i}", grants)), revision));
        }

        for (int i = 0; i < 100; i++)
        {
            Assert.Equal([$"kit_t{i}"], await NamesAsync(clients[i]));
        }

        await OfferAsync(provider, "late", [.. Enumerable.Range(0, 100).Select(i => Tool.Create($"l{i}", () => i))]);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal([$"kit_t{i}", $"late_l{i}"], await NamesAsync(clients[i]));
            Assert.Equal($"{i}", TextOf(await CallAsync(clients[i], $"late_l{i}")));
            await Assert.ThrowsAsync<McpProtocolException>(() => CallAsync(clients[i], $"late_l{(i + 1) % 100}"));
        }
    }

    private static int SubscriptionOf(JsonElement notice) =>
        notice.GetProperty("params").GetProperty("_meta").GetProperty("io.modelcontextprotocol/subscriptionId").GetInt32();

    /// <summary>Lets the time pass for which changes are gathered, as soon as somebody waits for it.</summary>
    private Task ElapseAsync() => Clock.AdvancePastTimerAsync(TimeSpan.FromMilliseconds(50)).InTime();

    private static (Notices Told, McpClientOptions Options) Listening(params string[] methods)
    {
        var told = new Notices();
        string[] all = methods.Length > 0 ? methods : ["notifications/tools/list_changed", "notifications/prompts/list_changed"];
        return (told, new()
        {
            Handlers = new()
            {
                NotificationHandlers = [.. all.Select(method => new KeyValuePair<string, Func<ModelContextProtocol.Protocol.JsonRpcNotification, CancellationToken, ValueTask>>(method, (notice, _) =>
                {
                    told.Add(notice.Method);
                    return default;
                }))],
            },
        });
    }

    private sealed class Notices
    {
        private readonly System.Threading.Channels.Channel<string> _told = System.Threading.Channels.Channel.CreateUnbounded<string>();

        public int Waiting => _told.Reader.Count;

        public void Add(string method) => _told.Writer.TryWrite(method);

        public Task<string> Next() => _told.Reader.ReadAsync().InTime();
    }
}
