using System.Text;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Chat;

public sealed class ChatAttachmentsTests
{
    [Theory]
    [InlineData("image/png")]
    [InlineData("Image/PNG")]
    [InlineData("audio/wav")]
    [InlineData("application/pdf")]
    public void Images_audio_and_pdf_stay_as_they_are(string type)
    {
        var content = Assert.IsType<DataContent>(ChatAttachments.ToContent(new(type) { Data = [1, 2], Name = "a" }));

        Assert.Equal((type.ToLowerInvariant(), "a", 2), (content.MediaType, content.Name, content.Data.Length));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/csv; charset=utf-8")]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("APPLICATION/XML")]
    public void Text_json_and_xml_become_text(string type) =>
        Assert.EndsWith("\nplum ü", Assert.IsType<TextContent>(ChatAttachments.ToContent(new(type) { Data = Encoding.UTF8.GetBytes("plum ü") })).Text, StringComparison.Ordinal);

    [Fact]
    public void Of_what_no_model_reads_name_type_and_size_are_told() =>
        Assert.Equal("(a file 'a.zip' of type application/zip, 3 bytes, which cannot be shown here)", Assert.IsType<TextContent>(ChatAttachments.ToContent(new("application/zip") { Data = [1, 2, 3], Name = "a.zip" })).Text);

    [Fact]
    public void A_link_stays_a_link()
    {
        var content = Assert.IsType<UriContent>(ChatAttachments.ToContent(new("image/png") { Uri = "https://example.org/a.png" }));

        Assert.Equal(("image/png", "example.org"), (content.MediaType, content.Uri.Host));
    }

    [Theory]
    [InlineData("image/", null)]
    [InlineData("image/x y", null)]
    [InlineData("nonsense", null)]
    [InlineData("nonsense", "https://example.org/a")]
    [InlineData("image/png", "a.png")]
    [InlineData("image/png", "file:///a.png")]
    [InlineData("image/png", "javascript:alert(1)")]
    public void What_makes_no_sense_is_refused_and_the_remedy_named(string type, string? address)
    {
        var error = Assert.Throws<ToolException>(() => ChatAttachments.ToContent(new(type) { Data = address is null ? [1] : null, Uri = address })).Error;

        Assert.Equal(MeshErrorCode.InvalidArguments, error.Code);
        Assert.NotNull(error.Remedy);
    }

    [Fact]
    public void One_attachment_too_many_or_one_that_is_two_things_is_refused()
    {
        var one = new ChatAttachment("text/plain") { Data = [65] };

        Assert.Equal(32, ChatAttachments.ToMessage(Said(Enumerable.Repeat(one, 32)), ChatAttachments.ToContent).Contents.Count);
        AssertRefused("33 attachments", Enumerable.Repeat(one, 33));
        AssertRefused("both", [one with { Uri = "https://example.org/a" }]);
        AssertRefused("neither", [one with { Data = null, Name = "a" }]);
    }

    private static ChatInput Said(IEnumerable<ChatAttachment> attachments) => new("") { Attachments = [.. attachments] };

    private static void AssertRefused(string reason, IEnumerable<ChatAttachment> attachments) =>
        Assert.Contains(reason, Assert.Throws<ToolException>(() => ChatAttachments.ToMessage(Said(attachments), ChatAttachments.ToContent)).Error.Message, StringComparison.Ordinal);
}
