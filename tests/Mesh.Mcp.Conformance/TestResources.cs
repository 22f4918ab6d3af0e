using System.Runtime.CompilerServices;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Conformance;

/// <summary>The resources that the suite reads and listens to.</summary>
internal sealed class TestResources : IMcpResourceProvider
{
    private const string Start = "test://template/";
    private const string End = "/data";

    public IReadOnlyList<ResourceTemplate> Templates { get; } = [new() { Name = "template", UriTemplate = "test://template/{id}/data", MimeType = "application/json" }];

    public ValueTask<IReadOnlyList<Resource>> ListAsync(RoomClient room, CancellationToken cancellationToken) => new(
    [
        new() { Name = "static-text", Uri = "test://static-text", MimeType = "text/plain" },
        new() { Name = "static-binary", Uri = "test://static-binary", MimeType = "image/png" },
        new() { Name = "watched-resource", Uri = "test://watched-resource", MimeType = "text/plain" },
    ]);

    public ValueTask<ReadResourceResult?> ReadAsync(RoomClient room, string uri, CancellationToken cancellationToken) => new(uri switch
    {
        "test://static-text" => Text(uri, "text/plain", "This is the content of the static text resource."),
        "test://watched-resource" => Text(uri, "text/plain", "It never changes."),
        "test://static-binary" => new() { Contents = [BlobResourceContents.FromBytes(TestTools.Image, uri, "image/png")] },
        _ when uri.StartsWith(Start, StringComparison.Ordinal) && uri.EndsWith(End, StringComparison.Ordinal) && uri.Length > Start.Length + End.Length =>
            Text(uri, "application/json", $$"""{"id":"{{uri[Start.Length..^End.Length]}}","templateTest":true,"data":"Data for ID: {{uri[Start.Length..^End.Length]}}"}"""),
        _ => null,
    });

    public IAsyncEnumerable<string>? WatchAsync(RoomClient room, string uri, CancellationToken cancellationToken) =>
        uri == "test://watched-resource" ? NothingAsync(cancellationToken) : null;

    public ValueTask<IReadOnlyList<string>> CompleteAsync(RoomClient room, string uriTemplate, string variable, string value, CancellationToken cancellationToken) =>
        new((IReadOnlyList<string>)["123"]);

    private static ReadResourceResult Text(string uri, string type, string text) =>
        new() { Contents = [new TextResourceContents { Uri = uri, MimeType = type, Text = text }] };

    private static async IAsyncEnumerable<string> NothingAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        yield break;
    }
}
