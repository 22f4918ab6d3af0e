using System.Buffers;

namespace Mesh;

/// <summary>
/// What stands for the schemas of the queues' tools where arguments go by reference. Each is stricter than its schema
/// where that is simpler: what it does not accept goes as JSON, and is refused or accepted there. Those of tools that are
/// called for every message are here; others are compiled.
/// </summary>
internal static class QueueGuards
{
    // What names, numbers and punctuation take beside the texts, and what the serializer may write for one character.
    private const int FixedCost = 256;
    private const int CostPerChar = 6;

    private static readonly SearchValues<char> NameChars =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

    public static bool Accepts(QueueSendArguments arguments, int maxBytes)
    {
        var body = arguments.Body;
        if (!IsName(arguments.Queue) || !IsWithin(arguments.DelaySeconds, 0, QueueLimits.MaxDelay) || !IsText(arguments.Key, 1, QueueLimits.MaxKeyLength))
        {
            return false;
        }

        // The schema of the arguments has a limit on the whole.
        int room = Math.Min(maxBytes, SchemaOptions.Default.MaxInstanceBytes) - FixedCost - (CostPerChar * (arguments.Queue.Length + (arguments.Key?.Length ?? 0)));
        return BuiltInGuards.AcceptsJson(body, room)
            && (arguments.Headers is not { Count: > 0 } headers || Accepts(headers, room - body.Length));
    }

    public static bool Accepts(QueueReceiveArguments arguments, int maxBytes) =>
        IsName(arguments.Queue)
        && arguments.MaxMessages is >= 1 and <= QueueLimits.MaxMessages
        && IsWithin(arguments.WaitSeconds, 0, QueueLimits.MaxWait)
        && IsWithin(arguments.VisibilitySeconds, QueueLimits.MinVisibility, QueueLimits.MaxVisibility)
        && Fits(arguments.Queue.Length, maxBytes);

    public static bool Accepts(QueueAcknowledgeArguments arguments, int maxBytes) =>
        IsName(arguments.Queue) && IsToken(arguments.Token) && Fits(arguments.Queue.Length + arguments.Token.Length, maxBytes);

    private static bool Accepts(IReadOnlyDictionary<string, string> headers, long room)
    {
        foreach (var (name, value) in headers)
        {
            if (value is null || !IsWellFormed(name) || !IsWellFormed(value) || (room -= CostPerChar * ((long)name.Length + value.Length + 2)) < 0)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Fits(int length, int maxBytes) => FixedCost + ((long)CostPerChar * length) <= maxBytes;

    private static bool IsName(string? name) =>
        name is { Length: >= 1 and <= QueuePolicy.MaxNameLength } && !name.AsSpan().ContainsAnyExcept(NameChars);

    private static bool IsToken(string? token) => token is not null && IsText(token, 0, QueueLimits.MaxTokenLength);

    private static bool IsText(string? text, int least, int most) =>
        text is null || (text.Length >= least && text.Length <= most && IsWellFormed(text));

    // Whatever is no number is within no range.
    private static bool IsWithin(double value, double least, double most) => value >= least && value <= most;

    // Pairs of surrogates are rare enough to go as JSON.
    private static bool IsWellFormed(string text) => !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');
}
