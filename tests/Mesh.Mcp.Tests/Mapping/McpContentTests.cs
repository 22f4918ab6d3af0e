using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Mapping;

public sealed class McpContentTests
{
    public static TheoryData<ContentPart> Parts =>
    [
        new TextPart("text"),
        new BytesPart(new byte[] { 1, 2, 3 }, "image/png"),
        new BytesPart(new byte[] { 1, 2, 3 }, "image/png") { Name = "dot.png" },
        new BytesPart(new byte[] { 4, 5 }, "audio/wav") { Name = "ping" },
        new BytesPart(new byte[] { 0, 255, 7 }, "application/zip") { Name = "a b/ü.zip" },
        new BytesPart(new byte[] { 0, 255, 7 }),
        new BytesPart("x,y"u8.ToArray(), "text/csv") { Name = "t.csv" },
        new BytesPart("{}"u8.ToArray(), "application/json; charset=utf-8"),
        new BytesPart(new byte[] { 0xEF, 0xBB, 0xBF, 0x41 }, "text/plain"),
        new BytesPart(new byte[] { 0xE4 }, "text/plain; charset=latin1"),
        new BytesPart(new byte[] { 1 }, "application/zip") { Name = "file:///tmp/other.zip" },
        new LinkPart(new("https://example.org/a b")) { Name = "a", MimeType = "text/html" },
        new LinkPart(new("notes/today.md", UriKind.Relative)),
    ];

    [Theory, MemberData(nameof(Parts))]
    public void A_part_survives_the_way_out_and_back(ContentPart part)
    {
        var back = McpContentReader.Read(McpContentWriter.Write(part));

        if (part is BytesPart bytes)
        {
            var read = Assert.IsType<BytesPart>(back);
            Assert.Equal((bytes.MimeType, bytes.Name), (read.MimeType, read.Name));
            Assert.Equal(bytes.Data.ToArray(), read.Data.ToArray());
        }
        else
        {
            Assert.Equal(part, back);
        }
    }

    [Fact]
    public void An_error_survives_the_way_out_and_back()
    {
        var error = new MeshError(MeshErrorCode.Overloaded, "Full.")
        {
            Remedy = "Wait.",
            Retryable = true,
            RetryAfter = TimeSpan.FromMilliseconds(250),
            Details = System.Text.Json.JsonElement.Parse("""{"places":3}"""),
        };
        var back = McpErrors.Read(McpErrors.ToResult(error));
        Assert.Equal(error with { Details = null }, back with { Details = null });
        Assert.Equal("""{"places":3}""", back.Details!.Value.GetRawText());
    }

    [Fact]
    public void A_failure_of_another_server_keeps_its_text()
    {
        var error = McpErrors.Read(new() { IsError = true, Content = [new TextContentBlock { Text = "no" }, new TextContentBlock { Text = "way" }] });
        Assert.Equal((MeshErrorCode.HandlerFailed, "no\nway"), (error.Code, error.Message));
    }
}
