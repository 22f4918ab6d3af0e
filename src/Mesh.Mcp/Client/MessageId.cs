using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>Finds the id of a message of which only the ends are known, because it is too large, or because it is no JSON.</summary>
internal static partial class MessageId
{
    /// <summary>The id, or null where it is in neither end.</summary>
    public static RequestId? Find(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail) => FindInHead(head) ?? FindInTail(tail);

    /// <summary>Whether a message asks for something, as far as its beginning tells: its method comes before what is large in it.</summary>
    public static bool IsRequest(ReadOnlySpan<byte> head)
    {
        var reader = new Utf8JsonReader(head, isFinalBlock: false, default);
        try
        {
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } && reader.ValueTextEquals("method"u8))
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // As in the search for the id: what was read up to there counts.
        }

        return false;
    }

    private static RequestId? FindInHead(ReadOnlySpan<byte> head)
    {
        var reader = new Utf8JsonReader(head, isFinalBlock: false, default);
        try
        {
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } && reader.ValueTextEquals("id"u8))
                {
                    return !reader.Read() ? null
                        : reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) ? new RequestId(number)
                        : reader.TokenType == JsonTokenType.String ? new RequestId(reader.GetString()!)
                        : null;
                }
            }
        }
        catch (JsonException)
        {
            // It breaks off, or is none: what was read up to there counts.
        }

        return null;
    }

    private static RequestId? FindInTail(ReadOnlySpan<byte> tail) => Id().Match(Encoding.UTF8.GetString(tail)) is not { Success: true } match ? null
        : match.Groups["number"] is { Success: true } number ? (long.TryParse(number.ValueSpan, out long id) ? new RequestId(id) : null)
        : new RequestId(match.Groups["text"].Value);

    [GeneratedRegex("""(?:[,{]\s*"id"\s*:\s*(?:(?<number>\d{1,18})|"(?<text>[^"\\]{0,128})"))(?=\s*(?:,[^{}\[\]]*)?\}\s*$)""", RegexOptions.RightToLeft | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Id();
}
