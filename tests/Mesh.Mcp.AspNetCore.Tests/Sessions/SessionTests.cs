using System.Net;
using Mesh.Contracts;

namespace Mesh.Mcp.AspNetCore.Tests.Sessions;

/// <summary>Sessions of clients of revisions before 2026-07-28.</summary>
public sealed class SessionTests : McpHttpTests
{
    [Fact]
    public async Task A_session_goes_on_until_its_client_ends_it()
    {
        await StartAsync();
        var http = NewHttp();
        string session = await BeginAsync(http);

        Assert.Equal(200, (await SendAsync(http, List(session))).Status);
        using var delete = new HttpRequestMessage(HttpMethod.Delete, "http://localhost/mcp/den");
        delete.Headers.Add("Mcp-Session-Id", session);
        Assert.Equal(204, (await SendAsync(http, delete)).Status);
        Assert.Equal((404, -32001), await RefusalAsync(http, List(session)));
    }

    [Fact]
    public async Task A_session_of_somebody_else_and_one_that_never_was_are_answered_alike()
    {
        await StartAsync();
        string session = await BeginAsync(NewHttp("ada"));
        var (others, unknown) = (await SendAsync(NewHttp("bob"), List(session)), await SendAsync(NewHttp("bob"), List(new string('0', 32))));

        Assert.Equal(404, others.Status);
        Assert.Equal((unknown.Status, unknown.Answer.GetRawText()), (others.Status, others.Answer.GetRawText()));
        Assert.Equal(200, (await SendAsync(NewHttp("ada"), List(session))).Status);
    }

    [Fact]
    public async Task Nobody_ends_or_listens_to_a_session_of_somebody_else()
    {
        await StartAsync();
        string session = await BeginAsync(NewHttp("ada"));
        await BeginAsync(NewHttp("bob"));
        foreach (var method in new[] { HttpMethod.Delete, HttpMethod.Get })
        {
            using var request = new HttpRequestMessage(method, "http://localhost/mcp/den");
            request.Headers.Add("Mcp-Session-Id", session);
            request.Headers.Add("Accept", "text/event-stream");
            Assert.Equal(404, (await SendAsync(NewHttp("bob"), request)).Status);
        }

        Assert.Equal(200, (await SendAsync(NewHttp("ada"), List(session))).Status);
    }

    [Fact]
    public async Task A_session_is_of_one_room()
    {
        await StartAsync(configure: mesh => mesh.AddRoom("other"));
        var http = NewHttp();
        string session = await BeginAsync(http);

        Assert.Equal((404, -32001), await RefusalAsync(http, Post(
            """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""", "other", [("Mcp-Session-Id", session), ("MCP-Protocol-Version", Older)])));
    }

    [Fact]
    public async Task A_request_of_the_older_era_needs_a_session()
    {
        await StartAsync();

        Assert.Equal((400, -32600), await RefusalAsync(NewHttp(), Post("""{"jsonrpc":"2.0","id":2,"method":"tools/list"}""")));
    }

    [Fact]
    public async Task A_notification_is_accepted_without_an_answer()
    {
        await StartAsync();
        var http = NewHttp();
        string session = await BeginAsync(http);
        using var response = await http.SendAsync(
            Post("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", headers: ("Mcp-Session-Id", session)), Stop).InTime();

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Stop).InTime());
        Assert.Null(response.Content.Headers.ContentType);
    }

    [Fact]
    public async Task A_session_that_is_idle_for_too_long_ends_while_its_participant_stays()
    {
        await StartAsync(new() { SessionIdleTimeout = TimeSpan.FromSeconds(50) });
        var watcher = await WatchAsync();
        var http = NewHttp();
        var (idle, used) = (await BeginAsync(http), await BeginAsync(http));
        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(200, (await SendAsync(http, List(used))).Status);
        Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(404, (await SendAsync(http, List(idle))).Status);
        Assert.Equal(200, (await SendAsync(http, List(used))).Status);
        Assert.Equal(["ada"], await PresentAsync(watcher));
    }

    [Fact]
    public async Task One_session_too_many_ends_that_which_was_idle_for_the_longest()
    {
        await StartAsync(new() { MaxSessions = 2 });
        var http = NewHttp();
        string first = await BeginAsync(http);
        Clock.Advance(TimeSpan.FromSeconds(1));
        string second = await BeginAsync(http);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await SendAsync(http, List(first))).Status);
        string third = await BeginAsync(http);

        Assert.Equal(404, (await SendAsync(http, List(second))).Status);
        Assert.Equal(200, (await SendAsync(http, List(first))).Status);
        Assert.Equal(200, (await SendAsync(http, List(third))).Status);
    }

    [Fact]
    public async Task A_session_with_an_open_stream_is_not_idle_and_has_one_stream()
    {
        await StartAsync();
        var watcher = await WatchAsync();
        var http = NewHttp();
        string session = await BeginAsync(http);
        using var stream = await http.SendAsync(Listen(session), HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        Assert.Equal(["ada"], await PresentAsync(watcher));
        Assert.Equal(409, (await SendAsync(http, Listen(session))).Status);
        Assert.Equal(200, (await SendAsync(http, List(session))).Status);
    }

    [Fact]
    public async Task An_open_stream_ends_when_the_application_stops()
    {
        await StartAsync();
        var http = NewHttp();
        string session = await BeginAsync(http);
        using var stream = await http.SendAsync(Listen(session), HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        var reading = stream.Content.ReadAsStringAsync(Stop);
        await App.StopAsync(Stop).InTime();

        await Task.WhenAny(reading).InTime();
        Assert.True(Host.IsClosed);
        Assert.Empty(Host.Rooms);
    }

    [Fact]
    public async Task What_changes_before_the_stream_is_open_is_told_when_it_is()
    {
        await StartAsync();
        var http = NewHttp();
        string session = await BeginAsync(http);
        await using var provider = await Host.JoinAsync("den", "provider", Grants.AgentDefault, cancellationToken: Stop).InTime();
        await provider.Toolkits.RegisterAsync(Toolkit.Create("more", Tool.Create("one", () => 1)), cancellationToken: Stop).InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromMilliseconds(50));
        Assert.Equal(200, (await SendAsync(http, List(session))).Status);

        using var response = await http.SendAsync(Listen(session), HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Stop).InTime());
        string? line;
        do
        {
            line = await reader.ReadLineAsync(Stop).AsTask().InTime();
        }
        while (line is not null && !line.Contains("notifications/tools/list_changed", StringComparison.Ordinal));
        Assert.NotNull(line);
    }

    private static HttpRequestMessage Listen(string session)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "http://localhost/mcp/den");
        request.Headers.Add("Mcp-Session-Id", session);
        request.Headers.Add("Accept", "text/event-stream");
        return request;
    }

    private static async Task<(int Status, int Code)> RefusalAsync(HttpClient http, HttpRequestMessage request)
    {
        var (status, answer) = await SendAsync(http, request);
        return (status, CodeOf(answer));
    }
}
