using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Attacks;

/// <summary>
/// A model that does whatever any text tells it, wherever it reads it, and repeats to its asker what it has read. It keeps what it has
/// handed out, so that somebody may change it when it is too late to be right.
/// </summary>
internal sealed partial class ObedientModel : IChatClient
{
    private readonly Lock _gate = new();
    private readonly List<Dictionary<string, object?>> _handedOut = [];
    private string _awaited = "";
    private bool _hasMet;

    /// <summary>Whether it has read what it is to wait for.</summary>
    public bool HasMet => Volatile.Read(ref _hasMet);

    /// <summary>Begins anew, and looks out for a text.</summary>
    public void WaitFor(string text)
    {
        lock (_gate)
        {
            _handedOut.Clear();
            _awaited = text;
            _hasMet = false;
        }
    }

    /// <summary>Changes the arguments of all calls that it has handed out.</summary>
    public void Alter()
    {
        lock (_gate)
        {
            foreach (var arguments in _handedOut.Where(arguments => arguments.ContainsKey("to")))
            {
                arguments["to"] = "mallory";
            }
        }
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        var said = messages.ToList();
        int answers = said.Count(message => message.Role == ChatRole.Assistant);
        var orders = OrdersIn(options, said);
        string results = string.Join('\n', said.Where(message => message.Role == ChatRole.Tool).SelectMany(message => message.Contents).Select(TextOf));
        var order = answers < orders.Count ? orders[answers] : orders.LastOrDefault(each => each.ForEver);
        yield return order is null
            ? new(ChatRole.Assistant, results.Length <= 4_000 ? results : results[..4_000])
            : new(ChatRole.Assistant, [.. order.Moves.Select((move, i) => Call($"{answers}.{i}", move, results))]);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private FunctionCallContent Call(string id, Move move, string results)
    {
        var arguments = move.Arguments.ToDictionary(
            each => each.Key,
            each => each.Value is not null && each.Value.GetValueKind() == JsonValueKind.String && each.Value.GetValue<string>().Contains("$RESULTS", StringComparison.Ordinal)
                ? each.Value.GetValue<string>().Replace("$RESULTS", results, StringComparison.Ordinal)
                : (object?)each.Value?.DeepClone());
        lock (_gate)
        {
            _handedOut.Add(arguments);
        }

        return new(id, move.Tool, arguments);
    }

    private List<Order> OrdersIn(ChatOptions? options, IEnumerable<ChatMessage> messages)
    {
        var text = new StringBuilder(options?.Instructions);
        foreach (var message in messages.Where(message => message.Role == ChatRole.User))
        {
            text.AppendLine(message.Text);
        }

        foreach (var tool in options?.Tools ?? [])
        {
            text.AppendLine(tool.Description);
        }

        foreach (var content in messages.Where(message => message.Role == ChatRole.Tool).SelectMany(message => message.Contents))
        {
            text.AppendLine(TextOf(content));
        }

        string all = text.ToString();
        if (all.Contains(_awaited, StringComparison.Ordinal))
        {
            Volatile.Write(ref _hasMet, true);
        }

        return [.. OrdersOf(all)];
    }

    /// <summary>What a text wants, each once.</summary>
    public static IEnumerable<Order> OrdersOf(string text) => Wish().Matches(text).Select(match => match.Groups[1].Value).Distinct().Select(Order.Of);

    private static string TextOf(AIContent content) => content switch
    {
        TextContent text => text.Text,
        FunctionResultContent { Result: IEnumerable<AIContent> parts } => string.Join('\n', parts.Select(TextOf)),
        FunctionResultContent { Result: AIContent part } => TextOf(part),
        FunctionResultContent result => result.Result?.ToString() ?? "",
        _ => "",
    };

    [GeneratedRegex(@"DO\[((?:[0-9A-F]{2})+)\]")]
    private static partial Regex Wish();
}
