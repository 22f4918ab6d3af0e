using System.Net.Sockets;
using System.Text;
using Mesh.Contracts;

namespace Mesh.Mcp.AspNetCore.Tests.Http;

/// <summary>What clients do with their connections: on a real port, since that is about bytes.</summary>
public sealed class ConnectionTests : McpHttpTests
{
    private readonly Signal _started = new();
    private readonly Signal _cancelled = new();

    protected override bool IsOnLoopback => true;

    [Fact]
    public async Task A_client_that_never_reads_loses_its_call_and_holds_up_nobody()
    {
        string much = new('x', 100_000);
        await StartAsync(tools: Endless(call => call.ReportProgressAsync(Interlocked.Increment(ref _progress), null, much)));
        using var client = await ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(Text("kit_go")), Stop);
        await _started.InTime();

        await _cancelled.InTime();
    }

    [Fact]
    public async Task A_client_whose_connection_breaks_cancels_its_call()
    {
        await StartAsync(tools: Endless(call => new(Task.Delay(Timeout.Infinite, call.CancellationToken))));
        var client = await ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(Text("kit_go")), Stop);
        await _started.InTime();
        client.LingerState = new(true, 0);
        client.Dispose();

        await _cancelled.InTime();
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.com")]
    [InlineData("127.0.0.1:evil.com")]
    [InlineData("")]
    public async Task A_hostile_host_is_refused_on_the_wire_too(string host)
    {
        await StartAsync();
        using var client = await ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(Text("kit_echo", host)), Stop);
        using var reader = new StreamReader(client.GetStream());

        Assert.Matches("^HTTP/1.1 (400|403) ", await reader.ReadLineAsync(Stop).AsTask().InTime());
    }

    [Fact]
    public async Task A_body_may_be_as_large_as_the_endpoint_says_whatever_the_servers_own_limit_is()
    {
        const int large = 31 * 1024 * 1024;
        await StartAsync(new() { MaxRequestBytes = large + 10_000 });
        using var http = new HttpClient { BaseAddress = new(App.Urls.First()) };
        http.DefaultRequestHeaders.Add("X-User", "ada");
        using var request = PostNewer("tools/list", parameters: $""" "padding":"{new string('x', large)}" """);
        request.RequestUri = new(new Uri(App.Urls.First()), "/mcp/den");

        var (status, answer) = await SendAsync(http, request);

        Assert.Equal(200, status);
        Assert.True(answer.TryGetProperty("result", out _));
    }

    private long _progress;

    private Tool Endless(Func<CallContext, ValueTask> step) => Tool.Create("go", async (CallContext call) =>
    {
        _started.Set();
        try
        {
            while (true)
            {
                call.CancellationToken.ThrowIfCancellationRequested();
                await step(call);
            }
        }
        catch (Exception)
        {
            _cancelled.Set();
            throw;
        }
    });

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(App.Urls.First()).Port, Stop).AsTask().InTime();
        return client;
    }

    private static string Text(string tool, string host = "localhost")
    {
        string body = $$"""
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{tool}}","_meta":{"progressToken":1,"io.modelcontextprotocol/protocolVersion":"{{Newer}}","io.modelcontextprotocol/clientCapabilities":{} } } }
            """;
        return $"POST /mcp/den HTTP/1.1\r\nHost: {host}\r\nX-User: ada\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nAccept: application/json, text/event-stream\r\n"
            + $"MCP-Protocol-Version: {Newer}\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}\r\n\r\n{body}";
    }
}
