using System.Text;

namespace Mesh;

/// <summary>The text of arguments and results in a span, where the host wants it there: JSON where it is JSON, cut to a limit.</summary>
internal static class CapturedPayload
{
    private const string Cut = "…";

    public static string? Of(ToolResponse? response, int limit) => response switch
    {
        null or EmptyResponse => null,
        JsonResponse json => Of(json.Value, limit),
        _ => Of(Encoding.UTF8.GetBytes(response.ToString()), limit),
    };

    public static string? Of(JsonPayload payload, int limit)
    {
        try
        {
            return payload.IsEmpty ? null : Of(payload.ToUtf8().Span, limit);
        }
        catch (ObjectDisposedException)
        {
            // The caller has disposed of its document while the call was running: the call is told so where it matters.
            return null;
        }
    }

    private static string Of(ReadOnlySpan<byte> utf8, int limit)
    {
        if (utf8.Length <= limit)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        // Not within a character.
        int end = limit;
        while (end > 0 && (utf8[end] & 0b1100_0000) == 0b1000_0000)
        {
            end--;
        }

        return Encoding.UTF8.GetString(utf8[..end]) + Cut;
    }
}
