using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>A task runner whose code and hooks a test gives.</summary>
public sealed class TestRunner(
    string name, Func<AgentCallContext, JsonElement, ValueTask<JsonElement?>>? ask = null, string? input = null, string? output = null, AgentOptions? options = null)
    : TaskRunner(name, input is null ? null : JsonElement.Parse(input), output is null ? null : JsonElement.Parse(output), options)
{
    private int _stops;

    public Func<CancellationToken, ValueTask>? OnStart { get; init; }

    public Func<CancellationToken, ValueTask>? OnStop { get; init; }

    public int Stops => _stops;

    public static ValueTask<JsonElement?> Text(string text) => new(JsonSerializer.SerializeToElement(text));

    protected override ValueTask<JsonElement?> AskAsync(AgentCallContext context, JsonElement arguments) => ask?.Invoke(context, arguments) ?? Text("done");

    protected override ValueTask OnStartAsync(CancellationToken cancellationToken) => OnStart?.Invoke(cancellationToken) ?? default;

    protected override ValueTask OnStopAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _stops);
        return OnStop?.Invoke(cancellationToken) ?? default;
    }
}
