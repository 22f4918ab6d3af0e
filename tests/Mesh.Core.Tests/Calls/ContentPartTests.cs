using System.Text;

namespace Mesh.Core.Tests.Calls;

public sealed class ContentPartTests
{
    private static readonly TextPart Text = new("ä\"");
    private static readonly JsonPart Json = new(JsonPayload.FromUtf8("""{"a":1}"""u8.ToArray()));
    private static readonly LinkPart Link = new(new Uri("https://example.org/"));

    [Fact]
    public void Json_and_text_join_to_one_array()
    {
        Assert.Equal("""[{"a":1},"\u00E4\u0022",{"a":1}]""", JsonOf(ContentPart.Join([Json, Text, Json])));
        Assert.Equal("[]", JsonOf(ContentPart.Join([])));
    }

    [Fact]
    public void Bytes_join_to_one_file_of_the_first_ones_type_and_name()
    {
        var joined = Assert.IsType<BytesPart>(ContentPart.Join([Bytes("ab", "text/csv", "a.csv"), Bytes("", "text/plain", null), Bytes("c", "text/plain", null)]));
        Assert.Equal(("abc", "text/csv", "a.csv"), (Encoding.UTF8.GetString(joined.Data.Span), joined.MimeType, joined.Name));
    }

    [Fact]
    public void Mixtures_and_links_do_not_join()
    {
        Assert.Null(ContentPart.Join([Json, Bytes("a", "text/plain", null)]));
        Assert.Null(ContentPart.Join([Link]));
    }

    [Fact]
    public void A_part_amounts_to_its_bytes()
    {
        Assert.Equal([3, 7, 2, 20, 0], [Text.Size, Json.Size, Bytes("ab", "text/plain", null).Size, Link.Size, new BytesPart(new MemoryStream([1])).Size]);
    }

    private static string JsonOf(ContentPart? part) => Assert.IsType<JsonPart>(part).Value.ToString();

    private static BytesPart Bytes(string text, string type, string? name) => new(Encoding.UTF8.GetBytes(text), type) { Name = name };
}
