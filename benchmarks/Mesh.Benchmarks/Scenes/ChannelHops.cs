using System.Threading.Channels;
using System.Threading.Tasks.Sources;

namespace Mesh.Benchmarks.Scenes;

/// <summary>
/// The peer of an agent that serves one call at a time: requests that are used again go through a bounded channel to one
/// task, which serves them with the same function; 64 are in flight.
/// </summary>
internal static class ChannelHops
{
    public static async Task AskAsync(int times)
    {
        var channel = Channel.CreateBounded<Request>(new BoundedChannelOptions(QueuedAgent.InFlight) { SingleReader = true });
        var serving = Task.Run(async () =>
        {
            await foreach (var request in channel.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                request.Complete(await QueuedAgent.ForecastAsync(request.Input).ConfigureAwait(false));
            }
        });
        await Task.WhenAll(Enumerable.Range(0, QueuedAgent.InFlight).Select(_ => Task.Run(() => AskInTurnAsync(channel.Writer, times)))).ConfigureAwait(false);
        channel.Writer.Complete();
        await serving.ConfigureAwait(false);
    }

    private static async Task AskInTurnAsync(ChannelWriter<Request> writer, int times)
    {
        var request = new Request();
        for (int i = 0; i < times; i++)
        {
            request.Begin(new("Oslo", 3));
            await writer.WriteAsync(request).ConfigureAwait(false);
            Sink.Take(await request.WaitAsync().ConfigureAwait(false));
        }
    }

    private sealed class Request : IValueTaskSource<Forecast>
    {
        private ManualResetValueTaskSourceCore<Forecast> _done = new() { RunContinuationsAsynchronously = true };

        public ForecastArguments Input { get; private set; } = null!;

        public void Begin(ForecastArguments input)
        {
            _done.Reset();
            Input = input;
        }

        public ValueTask<Forecast> WaitAsync() => new(this, _done.Version);

        public void Complete(Forecast forecast) => _done.SetResult(forecast);

        Forecast IValueTaskSource<Forecast>.GetResult(short token) => _done.GetResult(token);

        ValueTaskSourceStatus IValueTaskSource<Forecast>.GetStatus(short token) => _done.GetStatus(token);

        void IValueTaskSource<Forecast>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _done.OnCompleted(continuation, state, token, flags);
    }
}
