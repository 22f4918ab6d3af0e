using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Quickstart;

/// <summary>What stands in for a model where there is no key: it knows a few words, says what it is, and calls the real tools.</summary>
internal sealed partial class LocalModel : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        var last = messages.Last();
        if (last.Role != ChatRole.Tool)
        {
            var (tool, arguments) = Choose(last.Text);
            yield return new(ChatRole.Assistant, [new FunctionCallContent(Guid.NewGuid().ToString("N"), tool, arguments)]) { FinishReason = ChatFinishReason.ToolCalls };
            yield break;
        }

        string result = string.Join(" ", last.Contents.OfType<FunctionResultContent>().Select(each => each.Result));
        string[] pieces = !result.EndsWith("gave no output.", StringComparison.Ordinal)
            ? ["I am a stand-in, ", "so I only read out what I found: ", Text.Cut(result, 300)]
            : ["I am a stand-in, and have found nothing about that. ", "I know: 'which files are there?', 'read NAME.EXT', 'count the words of NAME.EXT', 'write an index', and single words to search for."];
        foreach (string piece in pieces)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new(ChatRole.Assistant, piece);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("local", null, "stand-in")
        : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private static (string Tool, Dictionary<string, object?> Arguments) Choose(string said)
    {
        string? path = Path().Match(said) is { Success: true } match ? match.Value : null;
        string word = Word().Matches(said).LastOrDefault()?.Value ?? " ";
        bool Says(string text) => said.Contains(text, StringComparison.OrdinalIgnoreCase);
        return Says("index") ? ("files_writeIndex", new() { ["title"] = "All that there is to read" })
            : path is not null && (Says("count") || Says("words")) ? ("files_countWords", new() { ["path"] = path })
            : path is not null ? ("files_read", new() { ["path"] = path })
            : Says("file") || Says("folder") ? ("files_list", new() { ["max"] = 3 })
            : ("files_search", new() { ["text"] = word });
    }

    [GeneratedRegex(@"[\w./-]*\w\.\w+")]
    private static partial Regex Path();

    [GeneratedRegex(@"\w{3,}")]
    private static partial Regex Word();
}
