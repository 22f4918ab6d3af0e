using System.Text.Json;
using static Mesh.Core.Tests.Schemas.SchemaTesting;

namespace Mesh.Core.Tests.Schemas;

public sealed class SchemaFormatTests
{
    [Theory]
    [InlineData("date-time", "2026-11-20T09:30:00Z", "2026-11-20 09:30:00Z")]
    [InlineData("date-time", "1998-12-31T15:59:60.123-08:00", "1998-12-31T22:59:60Z")]
    [InlineData("date", "2024-02-29", "2023-02-29")]
    [InlineData("time", "23:59:59.5+01:00", "24:00:00Z")]
    [InlineData("time", "00:00:00z", "00:00:00")]
    [InlineData("duration", "P1Y2M3DT4H5M6S", "P1Y1H")]
    [InlineData("duration", "P2W", "P")]
    [InlineData("duration", "PT1M", "P1YT")]
    [InlineData("duration", "P1Y", "P1Y3D")]
    [InlineData("email", "ada.lovelace+x@example.org", "ada@@example.org")]
    [InlineData("email", "\"a b\"@example.org", "a b@example.org")]
    [InlineData("email", "ada@[127.0.0.1]", "ada@[127.0.0.300]")]
    [InlineData("idn-email", "実例@実例.テスト", "実例")]
    [InlineData("hostname", "www.example.com", "-bad.example")]
    [InlineData("hostname", "xn--nxasmq6b", "a..b")]
    [InlineData("idn-hostname", "実例.テスト", "a b")]
    [InlineData("ipv4", "192.168.0.1", "192.168.0.01")]
    [InlineData("ipv4", "0.0.0.0", "1.2.3")]
    [InlineData("ipv6", "::1", "::1%eth0")]
    [InlineData("ipv6", "::ffff:192.0.2.1", "12345::")]
    [InlineData("uri", "https://a:b@example.com:80/p%20q?x=1#f", "https://exa mple.com/")]
    [InlineData("uri", "urn:isbn:123", "/relative")]
    [InlineData("uri", "http://[::1]:8080/", "http://[::1")]
    [InlineData("uri-reference", "../a?b#c", "\\\\server\\file")]
    [InlineData("iri", "https://ƒøø.example/∂?q=é", "https://a b/")]
    [InlineData("iri-reference", "#ƒrägmênt", "#ƒräg\\mênt")]
    [InlineData("uri-template", "/items/{id}{?q,lang}", "/items/{id")]
    [InlineData("uuid", "2EB8AA08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08aa9811eab4aa73b441d16380")]
    [InlineData("json-pointer", "/a~1b/~0", "/a~2")]
    [InlineData("relative-json-pointer", "1/a", "/a")]
    [InlineData("relative-json-pointer", "0#", "01#")]
    [InlineData("regex", "^(?=a)b$", "^(abc]")]
    public void A_format_is_asserted_on_request(string format, string valid, string invalid)
    {
        string schema = $$"""{"format":"{{format}}"}""";
        SchemaOptions asserting = new() { AssertFormats = true };
        Assert.True(Accepts(schema, JsonSerializer.Serialize(valid), asserting));
        Assert.False(Accepts(schema, JsonSerializer.Serialize(invalid), asserting));
        Assert.True(Accepts(schema, JsonSerializer.Serialize(invalid)));
        Assert.True(Accepts(schema, "1", asserting));
    }

    [Fact]
    public void An_unknown_format_is_an_annotation() =>
        Assert.True(Accepts("""{"format":"colour"}""", "\"x\"", new SchemaOptions { AssertFormats = true }));
}
