using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// What the journal keeps of a call's arguments and result. Both come as they are, from anybody: malformed, too deep, too
/// large, of a document that is disposed. Whatever they are, the call has ended, and its entry is made.
/// </summary>
internal static class PayloadCapture
{
    /// <summary>How much of one payload is kept at most, in bytes of UTF-8.</summary>
    public const int MostKept = 16 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static JournalPayload Of(CallState call, CallOutcome outcome) =>
        call.Member.Room.Options.JournalCapture is { } policy ? Of(call, outcome, policy) : JournalPayload.None;

    private static JournalPayload Of(CallState call, CallOutcome outcome, JournalCapturePolicy policy)
    {
        var target = call.Request.Target;
        var capture = policy.Of(target.Path);
        if (capture > JournalCapture.None && MostOf(call) is { } most && most < capture)
        {
            capture = most;
        }

        if (capture <= JournalCapture.None)
        {
            return JournalPayload.None;
        }

        var (arguments, argumentsNote) = Keep(capture, call.Request.Arguments, static payload => payload.Utf8Span, call.Host.Options.MaxArgumentBytes);
        var (result, resultNote) = Keep(capture, outcome.Response, ResponseJson.Write, call.Host.Options.MaxResponseBytes);
        return new(capture, arguments, result) { ArgumentsNote = argumentsNote, ResultNote = resultNote };
    }

    /// <summary>The most that a tool lets be kept. Where the call never came to its tool: the least of all that bear the name.</summary>
    private static JournalCapture? MostOf(CallState call) => call.Instance is { } instance
        ? instance.Contract.Definition.MaxJournalCapture
        : BuiltInToolkits.Find(call.Request.Target)?.Contract.Definition.MaxJournalCapture ?? call.Member.Room.Tools.MaxJournalCaptureOf(call.Request.Target.Path);

    private delegate ReadOnlySpan<byte> Reading<in T>(T value);

    private static (string? Text, string? Note) Keep<T>(JournalCapture capture, T value, Reading<T> read, int mostHashed)
    {
        try
        {
            var json = read(value);
            return json.IsEmpty ? default : capture switch
            {
                JournalCapture.Hash => Hash(json, mostHashed),
                JournalCapture.Redacted => Redact(json),
                _ => Copy(json),
            };
        }
        catch (Exception exception)
        {
            // A document that was disposed too early, or what the code of a value throws when it is written as JSON.
            return (null, $"not kept: it could not be read ({exception.GetType().Name})");
        }
    }

    private static (string? Text, string? Note) Hash(ReadOnlySpan<byte> json, int most)
    {
        if (json.Length > most)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"not kept: its {json.Length} bytes are more than the host takes"));
        }

        try
        {
            return (ContractHash.Of(JsonElement.Parse(json, Strict)), null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            return (Convert.ToHexStringLower(SHA256.HashData(json)), "not JSON that may enter a room: the hash is of its bytes");
        }
    }

    private static (string? Text, string? Note) Redact(ReadOnlySpan<byte> json)
    {
        try
        {
            byte[] redacted = RedactedJson.Write(json, MostKept, out bool isWhole);
            return (Encoding.UTF8.GetString(redacted), isWhole ? null : CutNote(json.Length));
        }
        catch (JsonException)
        {
            return (null, "not kept: it is not well-formed JSON");
        }
    }

    private static (string? Text, string? Note) Copy(ReadOnlySpan<byte> json)
    {
        if (json.Length > MostKept)
        {
            return (Encoding.UTF8.GetString(json[..Utf8Text.LengthWithin(json, MostKept)]), CutNote(json.Length));
        }

        return (Encoding.UTF8.GetString(json), RedactedJson.IsWellFormed(json) ? null : "not well-formed JSON");
    }

    private static string CutNote(int length) => string.Create(CultureInfo.InvariantCulture, $"cut: it had {length} bytes");
}
