using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ChatRoom;

/// <summary>What stands in for a model: it hands what it is told to its one tool, and says what came of it.</summary>
internal sealed class StandIn : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        var last = messages.Last();
        var result = last.Contents.OfType<FunctionResultContent>().FirstOrDefault();
        if (result is not null)
        {
            yield return new(ChatRole.Assistant, $"{result.Result}".Split('\n')[0]);
            yield break;
        }

        var tool = options!.Tools!.OfType<AIFunction>().First();
        string argument = tool.JsonSchema.GetProperty("properties").EnumerateObject().First().Name;
        string wanted = $"We need {last.Text.Split("need ")[^1]}";
        yield return new(ChatRole.Assistant, [new FunctionCallContent(Guid.NewGuid().ToString("N"), tool.Name, new Dictionary<string, object?> { [argument] = wanted })]);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
