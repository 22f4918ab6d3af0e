using Mesh.Benchmarks.Inputs;
using ModelContextProtocol.Client;

namespace Mesh.Benchmarks.Scenes;

/// <summary>The SDK's client of one address, in one revision of the protocol.</summary>
internal sealed class McpHttpClient(McpClient client) : IAsyncDisposable
{
    private static readonly Dictionary<string, object?> Arguments =
        FigureInputs.CallArgumentsElement.EnumerateObject().ToDictionary(static each => each.Name, static each => (object?)each.Value);

    public static async Task<McpHttpClient> ConnectAsync(Uri address, string revision) => new(await McpClient.CreateAsync(
        new HttpClientTransport(new() { Endpoint = address, TransportMode = HttpTransportMode.StreamableHttp }), new() { ProtocolVersion = revision }).ConfigureAwait(false));

    public async Task CallAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            var result = await client.CallToolAsync("weather_forecast", Arguments).ConfigureAwait(false);
            Sink.Take(result.IsError is true ? throw new InvalidOperationException("The call has failed.") : result.StructuredContent!.Value);
        }
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
