using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Mesh.Mcp.Tests.Client.Transports;

public sealed class BoundedResponsesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("application/json", 1_000, true)]
    [InlineData("application/json", 1_001, false)]
    public async Task A_response_may_be_as_large_as_the_limit(string type, int size, bool fits)
    {
        var read = ReadAsync(type, new string('x', size));
        if (fits)
        {
            Assert.Equal(size, (await read).Length);
        }
        else
        {
            Assert.NotNull(McpClientErrors.Find<ResponseTooLargeException>(await Assert.ThrowsAnyAsync<Exception>(() => read)));
        }
    }

    [Fact]
    public async Task Of_events_each_may_be()
    {
        string stream = string.Concat(Enumerable.Repeat($"event: message\ndata: {new string('x', 900)}\n\n", 20));
        Assert.Equal(stream.Length, (await ReadAsync("text/event-stream", stream)).Length);
        string withReturns = stream.Replace("\n", "\r\n", StringComparison.Ordinal);
        Assert.Equal(withReturns.Length, (await ReadAsync("text/event-stream", withReturns)).Length);
        string large = $"data: {new string('x', 500)}\ndata: {new string('x', 500)}\n\n";
        Assert.NotNull(McpClientErrors.Find<ResponseTooLargeException>(await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync("text/event-stream", stream + large))));
    }

    private static async Task<string> ReadAsync(string type, string body)
    {
        using var client = new HttpClient(new BoundedResponses(new Fixed(type, body), 1_000, new MessageGate("far")));
        using var response = await client.GetAsync(new Uri("https://example.org"), HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
        return await reader.ReadToEndAsync(Stop);
    }

    private sealed class Fixed(string type, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(body)));
            content.Headers.ContentType = new MediaTypeHeaderValue(type);
            content.Headers.ContentLength = null;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content });
        }
    }
}
