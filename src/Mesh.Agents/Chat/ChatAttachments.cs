using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>A message that somebody sends, as a message for a model.</summary>
internal static class ChatAttachments
{
    private const int MostFiles = 32;

    /// <exception cref="ToolException">Nothing is said, or an attachment is neither bytes nor a link.</exception>
    public static ChatMessage ToMessage(ChatInput input, Func<ChatAttachment, AIContent> toContent)
    {
        var contents = new List<AIContent>();
        if (input.Text.Length > 0)
        {
            contents.Add(new TextContent(input.Text));
        }

        if (input.Attachments is { Count: > MostFiles and var count })
        {
            throw Invalid(string.Create(CultureInfo.InvariantCulture, $"There are {count} attachments, more than {MostFiles}."), "Send them in several messages.");
        }

        foreach (var attachment in input.Attachments ?? [])
        {
            if (attachment.Data is null == attachment.Uri is null)
            {
                throw Invalid($"Attachment '{attachment.Name ?? attachment.MediaType}' has {(attachment.Uri is null ? "neither bytes nor an address" : "both bytes and an address")}.", "Give one of the two.");
            }

            contents.Add(toContent(attachment));
        }

        return contents.Count > 0 ? new(ChatRole.User, contents) : throw Invalid("Nothing is said.", "Send a text, or an attachment.");
    }

    public static AIContent ToContent(ChatAttachment attachment)
    {
        string called = attachment.Name is null ? "" : $" '{attachment.Name}'";
        if (!MediaTypeHeaderValue.TryParse(attachment.MediaType, out var parsed) || parsed.MediaType?.ToLowerInvariant() is not { } type)
        {
            throw Invalid($"The media type of attachment{called} is none: '{attachment.MediaType}'.", "Say what it is, such as image/png.");
        }

        if (attachment.Uri is { } address)
        {
            return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? new UriContent(uri, type)
                : throw Invalid($"The address of attachment{called} is not an absolute one of the web.", "Give one that begins with https://, or the bytes.");
        }

        var data = attachment.Data!;
        return type.StartsWith("image/", StringComparison.Ordinal) || type.StartsWith("audio/", StringComparison.Ordinal) || type == "application/pdf"
            ? new DataContent(data, type) { Name = attachment.Name }
            : type.StartsWith("text/", StringComparison.Ordinal) || type is "application/json" or "application/xml"
                ? new TextContent($"(the file{called}, {type}:)\n{Encoding.UTF8.GetString(data)}")
                : new TextContent(string.Create(CultureInfo.InvariantCulture, $"(a file{called} of type {type}, {data.Length} bytes, which cannot be shown here)"));
    }

    public static ToolException Invalid(string message, string remedy) => new(new MeshError(MeshErrorCode.InvalidArguments, message) { Remedy = remedy });
}
