using System.Net;
using Mesh.Contracts;

namespace Mesh.Mcp.Tests.Client.Transports;

public sealed class BoundedRequestsTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly Server _server = new();
    private readonly HttpClient _client;

    public BoundedRequestsTests() => _client = new(new BoundedRequests(_server, _clock)) { Timeout = Timeout.InfiniteTimeSpan };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_stream_that_ends_again_and_again_is_not_taken_up_as_often_as_the_server_likes()
    {
        using var first = await TakeUpAsync().InTime();
        var second = TakeUpAsync();
        await _clock.TimerWithinAsync(BoundedRequests.BetweenStreams).InTime();
        Assert.Equal(1, _server.Requests);
        _clock.Advance(BoundedRequests.BetweenStreams);
        using var taken = await second.InTime();
        Assert.Equal(2, _server.Requests);

        // What the server itself has let pass is enough.
        _clock.Advance(BoundedRequests.BetweenStreams);
        using var third = await TakeUpAsync().InTime();
        Assert.Equal(3, _server.Requests);
    }

    [Fact]
    public async Task Nothing_else_is_held_back()
    {
        for (int i = 0; i < 10; i++)
        {
            using var stream = await _client.GetAsync(new Uri("http://127.0.0.1/"), Stop).InTime();
            using var call = await _client.PostAsync(new Uri("http://127.0.0.1/"), null, Stop).InTime();
        }

        Assert.Equal(20, _server.Requests);
    }

    [Fact]
    public async Task The_end_of_a_session_is_not_waited_for_without_end()
    {
        _server.IsSilent = true;
        var ending = _client.DeleteAsync(new Uri("http://127.0.0.1/"), Stop);
        await _clock.TimerWithinAsync(BoundedRequests.EndTimeout).InTime();
        Assert.False(ending.IsCompleted);
        _clock.Advance(BoundedRequests.EndTimeout);
        await Assert.ThrowsAsync<HttpRequestException>(() => ending.InTime());
    }

    private async Task<HttpResponseMessage> TakeUpAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://127.0.0.1/");
        request.Headers.Add("Last-Event-ID", "1");
        return await _client.SendAsync(request, Stop);
    }

    private sealed class Server : HttpMessageHandler
    {
        private int _requests;

        public int Requests => _requests;

        public bool IsSilent { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            if (IsSilent)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
