using System.Text;

namespace Mesh;

/// <summary>The text of arguments and results in a span, where the host wants it there: JSON where it is JSON, cut to a limit.</summary>
internal static class SpanPayload
{
    public static string? Of(ToolResponse? response, int limit) => response switch
    {
        null or EmptyResponse => null,
        JsonResponse json => Of(json.Value, limit),
        PassedCall passed => Of(passed.ToJson().Value, limit),
        _ => Of(Encoding.UTF8.GetBytes(response.ToString()), limit),
    };

    public static string? Of(JsonPayload payload, int limit)
    {
        try
        {
            return payload.IsEmpty ? null : Of(payload.Utf8Span, limit);
        }
        catch (ObjectDisposedException)
        {
            // The caller has disposed of its document while the call was running: the call is told so where it matters.
            return null;
        }
    }

    private static string Of(ReadOnlySpan<byte> utf8, int limit) => utf8.Length <= limit
        ? Encoding.UTF8.GetString(utf8)
        : Encoding.UTF8.GetString(utf8[..Utf8Text.LengthWithin(utf8, limit)]) + "…";
}
