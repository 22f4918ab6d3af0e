using Mesh.AspNetCore;
using Mesh.Contracts;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Authentication;

namespace Mesh.Mcp.AspNetCore.Tests.Sessions;

/// <summary>Callers as participants: who they are, what they see, when they come and go.</summary>
public sealed class ParticipantTests : McpHttpTests
{
    [Theory, MemberData(nameof(Revisions))]
    public async Task Each_of_many_participants_sees_exactly_its_tools(string revision)
    {
        const int count = 100;
        Tool[] tools = [.. Enumerable.Range(0, count).Select(i => Tool.Create($"t{i}", () => i))];
        await StartAsync(
            configure: mesh => mesh.AddIdentity((user, room) =>
            {
                string name = user.Claims.Single().Value;
                int own = int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture);
                return new MeshIdentity(name, name)
                {
                    Grants = new() { Agents = new() { UseTools = true, Tools = new([.. Enumerable.Range(0, own + 1).Select(i => $"kit/t{i}")]) } },
                };
            }),
            tools: tools);

        var seen = await Task.WhenAll(Enumerable.Range(0, count).Select(async i => (Own: i, Names: await NamesAsync(await ConnectAsync(revision, $"p{i}")))));

        Assert.All(seen, each => Assert.Equal(Enumerable.Range(0, each.Own + 1).Select(i => $"kit_t{i}").Order(StringComparer.Ordinal), each.Names));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Requests_of_one_identity_are_one_participant_that_leaves_a_minute_after_the_last(string revision)
    {
        await StartAsync();
        var watcher = await WatchAsync();
        var left = LeftAsync(watcher, "ada");
        foreach (int i in (int[])[1, 2])
        {
            await using var client = await ConnectAsync(revision);
            Assert.Equal($"{i}", TextOf(await CallAsync(client, "kit_echo", new { text = $"{i}" })));
            Assert.Equal(["ada"], await PresentAsync(watcher));
        }

        await RestAsync();
        Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(["ada"], await PresentAsync(watcher));
        Clock.Advance(TimeSpan.FromSeconds(1));
        await left.InTime();
    }

    [Fact]
    public async Task A_participant_that_has_left_comes_back_with_its_next_request()
    {
        await StartAsync();
        var watcher = await WatchAsync();
        var http = NewHttp();
        Assert.Equal(200, (await SendAsync(http, PostNewer("tools/list"))).Status);
        var left = LeftAsync(watcher, "ada");
        Clock.Advance(TimeSpan.FromSeconds(60));
        await left.InTime();

        Assert.Equal(200, (await SendAsync(http, PostNewer("tools/list"))).Status);
        Assert.Equal(["ada"], await PresentAsync(watcher));
    }

    [Fact]
    public async Task A_participant_that_was_removed_comes_back_only_as_the_application_says()
    {
        bool isWelcome = true;
        await StartAsync(configure: mesh => mesh.AddIdentity((user, _) => isWelcome ? new MeshIdentity("a", "ada") : null));
        var http = NewHttp();
        await SendAsync(http, PostNewer("tools/list"));
        await Host.RemoveParticipantAsync("den", "ada").InTime();
        Assert.Equal(200, (await SendAsync(http, PostNewer("tools/list"))).Status);

        isWelcome = false;
        await Host.RemoveParticipantAsync("den", "ada").InTime();
        var (status, answer) = await SendAsync(http, PostNewer("tools/list"));
        Assert.Equal((403, "not_granted"), (status, MeshCodeOf(answer)));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_stream_of_a_participant_that_was_removed_ends(string revision)
    {
        await StartAsync();
        var http = NewHttp();
        using var request = revision == Newer
            ? PostNewer("subscriptions/listen", parameters: """ "notifications":{"toolsListChanged":true} """)
            : new HttpRequestMessage(HttpMethod.Get, "http://localhost/mcp/den") { Headers = { { "Accept", "text/event-stream" }, { "Mcp-Session-Id", await BeginAsync(http) } } };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
        Assert.Equal(200, (int)response.StatusCode);
        if (revision == Newer)
        {
            Assert.NotNull(await reader.ReadLineAsync(Stop).AsTask().InTime());
        }

        await Host.RemoveParticipantAsync("den", "ada").InTime();

        await reader.ReadToEndAsync(Stop).InTime();
        Assert.Empty(await PresentAsync(await WatchAsync()));
    }

    [Fact]
    public async Task Grants_follow_what_the_application_says_with_each_request_and_keep_what_the_room_has_changed()
    {
        var grants = Grants.UserDefault;
        await StartAsync(configure: mesh => mesh.AddIdentity((user, _) => new MeshIdentity("a", "ada") { Grants = grants }));
        var http = NewHttp();
        Assert.Equal(1, await CountAsync(http));
        grants = Grants.None;
        Assert.Equal(0, await CountAsync(http));
        grants = Grants.UserDefault;
        Assert.Equal(1, await CountAsync(http));

        Host.SetGrants("den", "ada", Grants.None);
        Assert.Equal(0, await CountAsync(http));
    }

    [Fact]
    public async Task Nobody_is_let_in_who_is_not_known()
    {
        await StartAsync();
        using var response = await NewHttp(user: null).SendAsync(Post(Initialize), Stop).InTime();

        Assert.Equal(401, (int)response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        Assert.Empty(await PresentAsync(await WatchAsync()));
    }

    [Fact]
    public async Task Unknown_callers_are_told_where_to_get_a_token()
    {
        await StartAsync(new() { ProtectedResource = new ProtectedResourceMetadata { AuthorizationServers = ["https://login.example"], ScopesSupported = ["rooms"] } });
        using var response = await NewHttp(user: null).SendAsync(Post(Initialize), Stop).InTime();
        Assert.Equal(
            """Bearer resource_metadata="http://localhost/.well-known/oauth-protected-resource/mcp/den", scope="rooms" """.TrimEnd(),
            response.Headers.WwwAuthenticate.ToString());

        using var request = new HttpRequestMessage(HttpMethod.Get, "http://localhost/.well-known/oauth-protected-resource/mcp/den");
        var (status, metadata) = await SendAsync(NewHttp(user: null), request);
        Assert.Equal(200, status);
        Assert.Equal("http://localhost/mcp/den", metadata.GetProperty("resource").GetString());
        Assert.Equal("https://login.example", metadata.GetProperty("authorization_servers")[0].GetString());
    }

    [Fact]
    public async Task Everybody_is_one_participant_where_the_application_lets_anonymous_callers_in()
    {
        await StartAsync(configure: mesh => mesh.AllowAnonymous(Grants.None));
        var http = NewHttp(user: null);

        Assert.Equal(0, await CountAsync(http));
        Assert.Equal(["anonymous"], await PresentAsync(await WatchAsync()));
    }

    [Fact]
    public async Task A_request_opens_no_room_unless_the_application_says_so()
    {
        await StartAsync();
        var (status, answer) = await SendAsync(NewHttp(), PostNewer("tools/list", room: "nowhere"));

        Assert.Equal((404, "not_found"), (status, MeshCodeOf(answer)));
        Assert.Equal(["den"], Host.Rooms.Select(room => room.Name));
    }

    [Fact]
    public async Task A_request_opens_a_room_where_the_application_says_so()
    {
        await StartAsync(new() { AllowRoomCreation = true });

        Assert.Equal(200, (await SendAsync(NewHttp(), PostNewer("tools/list", room: "lobby"))).Status);
        Assert.Contains("lobby", Host.Rooms.Select(room => room.Name));
    }

    [Fact]
    public async Task A_name_that_somebody_else_has_is_refused_and_free_when_they_have_left()
    {
        await StartAsync();
        var http = NewHttp("eve");
        await using (await Host.JoinAsync("den", "eve", cancellationToken: Stop).InTime())
        {
            var (status, answer) = await SendAsync(http, PostNewer("tools/list"));
            Assert.Equal((409, "name_taken"), (status, MeshCodeOf(answer)));
        }

        Assert.Equal(200, (await SendAsync(http, PostNewer("tools/list"))).Status);
    }

    [Fact]
    public async Task A_token_that_a_caller_presents_reaches_nobody_in_the_room()
    {
        const string secret = "s3cret-t0ken";
        CallRequest? seen = null;
        await StartAsync(tools: Tool.Create("look", (CallContext call) => { seen = call.Request; }));
        var (status, answer) = await SendAsync(NewHttp(), PostNewer("tools/call", "kit_look", """ "name":"kit_look" """, headers: ("Authorization", $"Bearer {secret}")));

        Assert.Equal(200, status);
        Assert.DoesNotContain(secret, answer.GetRawText(), StringComparison.Ordinal);
        Assert.Null(seen!.Metadata);
        var entries = await Host.Journal.ReadAsync(JournalQuery.All, Stop).ToListInTimeAsync();
        Assert.NotEmpty(entries);
        Assert.All(entries, entry => Assert.DoesNotContain(secret, entry.ToJson(), StringComparison.Ordinal));
    }

    private static async Task<int> CountAsync(HttpClient http) =>
        (await SendAsync(http, PostNewer("tools/list"))).Answer.GetProperty("result").GetProperty("tools").GetArrayLength();
}
