using System.Text;

namespace Mesh;

/// <summary>How many bytes content amounts to: what limits and the journal count.</summary>
internal static class ContentSize
{
    public static long Of(ContentPart part) => part switch
    {
        TextPart text => Encoding.UTF8.GetByteCount(text.Text),
        JsonPart json => json.Value.Length,
        BytesPart bytes => bytes.Data.Length,
        LinkPart link => link.Uri.OriginalString.Length,
        _ => 0,
    };
}
