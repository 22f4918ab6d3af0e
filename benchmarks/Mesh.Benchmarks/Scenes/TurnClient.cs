using System.Runtime.CompilerServices;
using Mesh.Benchmarks.Inputs;
using Microsoft.Extensions.AI;

namespace Mesh.Benchmarks.Scenes;

/// <summary>A model that wants ten calls of one function and then has an answer, at once.</summary>
internal sealed class TurnClient(string function) : IChatClient
{
    public const int Calls = 10;

    private readonly AIContent[] _calls = [.. Enumerable.Range(1, Calls).Select(i => new FunctionCallContent($"call-{i}", function, Arguments()))];
    private readonly AIContent[] _answer = [new TextContent("It is sunny."), new UsageContent(new() { InputTokenCount = 100, OutputTokenCount = 10, TotalTokenCount = 110 })];

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        bool isFirst = ((IList<ChatMessage>)messages)[^1].Role == ChatRole.User;
        yield return new(ChatRole.Assistant, [.. isFirst ? _calls : _answer])
        {
            MessageId = "message",
            FinishReason = isFirst ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private static Dictionary<string, object?> Arguments()
    {
        var arguments = new Dictionary<string, object?>();
        foreach (var property in FigureInputs.CallArgumentsElement.EnumerateObject())
        {
            arguments.Add(property.Name, property.Value);
        }

        return arguments;
    }
}
