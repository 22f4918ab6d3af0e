using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>What a call gave, in the form in which a model reads it.</summary>
internal static class FunctionResults
{
    private const string Nothing = "The tool has done its work and gave no output.";

    /// <summary>A result for whoever calls a function by itself: a JSON element, as functions give it, or what a model reads.</summary>
    public static object ToResult(ToolResponse response) =>
        response is JsonResponse { Value.IsEmpty: false } json ? json.Value.ToElement() : ToContent(response, int.MaxValue);

    /// <summary>A result as a model reads it: text, which is JSON unless it is a JSON string, or a list of contents where there are files or links.</summary>
    /// <param name="response">What the tool answered.</param>
    /// <param name="limit">How many characters of text there may be; see <see cref="TrimmedText"/>.</param>
    public static object ToContent(ToolResponse response, int limit)
    {
        switch (response)
        {
            case JsonResponse json when json.Value.IsEmpty:
                return Nothing;
            case JsonResponse json:
                return TrimmedText.Of(TextOf(json.Value), limit);
            case TextResponse text:
                return TrimmedText.Of(text.Text, limit);
            default:
                return ToContent(response.Parts, limit);
        }
    }

    /// <summary>A part as content; what is text of any kind is trimmed.</summary>
    public static AIContent ToContent(ContentPart part, int limit) => part switch
    {
        TextPart text => new TextContent(TrimmedText.Of(text.Text, limit)),
        JsonPart json => new TextContent(TrimmedText.Of(json.Value.ToString(), limit)),
        LinkPart link => new UriContent(link.Uri, link.MimeType ?? "application/octet-stream"),
        BytesPart { Source: null } bytes when bytes.MimeType.StartsWith("text/", StringComparison.Ordinal) =>
            new TextContent(TrimmedText.Of(Encoding.UTF8.GetString(bytes.Data.Span), limit)),
        BytesPart { Source: null } bytes when IsRead(bytes.MimeType) => new DataContent(bytes.Data, bytes.MimeType) { Name = bytes.Name },
        BytesPart bytes => new TextContent(string.Create(
            CultureInfo.InvariantCulture, $"(a file{(bytes.Name is null ? "" : $" '{bytes.Name}'")} of type {bytes.MimeType}{(bytes.Length is { } length ? $", {length} bytes" : "")}, which is not shown)")),
        _ => new TextContent(""),
    };

    /// <summary>A failure as text that a model can act on: code, message, what is wrong where, remedy, whether again helps.</summary>
    public static string ToText(MeshError error)
    {
        var text = new StringBuilder("Error ").Append(error.Code.Value).Append(": ").Append(error.Message);
        if (error.Details is { ValueKind: JsonValueKind.Object } details)
        {
            text.Append("\nDetails: ").Append(TrimmedText.Of(details.GetRawText(), 2_000));
        }

        if (error.Remedy is { } remedy)
        {
            text.Append("\nWhat to do: ").Append(remedy);
        }

        if (error.Code == MeshErrorCode.ProviderLost)
        {
            text.Append("\nIt is unknown whether the call had its effect: find out before calling again.");
        }
        else if (error.Retryable)
        {
            text.Append("\nThe same call may succeed later");
            if (error.RetryAfter is { } after)
            {
                text.Append(CultureInfo.InvariantCulture, $", after {Math.Ceiling(after.TotalSeconds)} s");
            }

            text.Append('.');
        }

        return text.ToString();
    }

    /// <summary>Parts in their order: as one text where they are text, else as contents of their own.</summary>
    public static object ToContent(IReadOnlyList<ContentPart> parts, int limit) => parts switch
    {
        [] => Nothing,
        [TextPart text] => TrimmedText.Of(text.Text, limit),
        _ when parts.All(part => part is TextPart or JsonPart) => TrimmedText.Of(string.Join("\n", parts.Select(TextOf)), limit),
        _ => parts.Select(part => ToContent(part, limit)).ToList(),
    };

    /// <summary>JSON as text; a string without its quotes, which cost tokens and hide the ends of its lines.</summary>
    private static string TextOf(JsonPayload json)
    {
        var utf8 = json.Utf8Span;
        if (utf8.TrimStart(" \t\r\n"u8) is not [(byte)'"', ..])
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        return reader.GetString()!;
    }

    private static string TextOf(ContentPart part) => part is TextPart text ? text.Text : ((JsonPart)part).Value.ToString();

    /// <summary>What models take as files.</summary>
    private static bool IsRead(string mimeType) =>
        mimeType.StartsWith("image/", StringComparison.Ordinal) || mimeType.StartsWith("audio/", StringComparison.Ordinal) || mimeType == "application/pdf";
}
