using System.Text;

namespace Mesh;

/// <summary>How many bytes content amounts to: what limits and the journal count. What goes by reference has none.</summary>
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

    public static long Of(ToolResponse? response) => response switch
    {
        null or EmptyResponse or TypedResponse => 0,
        JsonResponse json => json.Value.Length,
        TextResponse text => Encoding.UTF8.GetByteCount(text.Text),
        FileResponse file => file.File.Data.Length,
        _ => response.Parts.Sum(Of),
    };
}
