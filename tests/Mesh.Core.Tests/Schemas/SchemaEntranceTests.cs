using System.Text;
using System.Text.Json;
using static Mesh.Core.Tests.Schemas.SchemaTesting;

namespace Mesh.Core.Tests.Schemas;

public sealed class SchemaEntranceTests
{
    public static TheoryData<string, string, string> Refused => new()
    {
        { """{"a":1,"a":1}""", "/a", "duplicateProperty" },
        { """{"a":1,"\u0061":2}""", "/a", "duplicateProperty" },
        { """{"x":{"deep":[{"b":1,"c":2,"b":3}]}}""", "/x/deep/0/b", "duplicateProperty" },
        { """{"p0":0,"p1":0,"p2":0,"p3":0,"p4":0,"p5":0,"p6":0,"p7":0,"p8":0,"p9":0,"p\u0034":0}""", "/p4", "duplicateProperty" },
        { "[1,1e400]", "/1", "finite" },
        { """{"n":-1e999999999999999999999}""", "/n", "finite" },
        { "\"\\ud800\"", "", "surrogate" },
        { """{"a":["\udc00 "]}""", "/a/0", "surrogate" },
        { """{"\ud83d":1}""", "/�", "surrogate" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_may_not_enter_is_refused_where_no_keyword_looks(string json, string path, string keyword)
    {
        foreach (CompiledSchema schema in (CompiledSchema[])[Schema("{}"), Schema("true"), Schema("""{"properties":{"a":true,"x":{}}}""")])
        {
            Assert.False(schema.IsValidStrict(Json(json)));
            Assert.False(schema.IsValid(Encoding.UTF8.GetBytes(json)));
            SchemaViolation violation = Assert.Single(schema.Validate(Json(json), strict: true));
            Assert.Equal((path, keyword), (violation.InstancePath, violation.Keyword));
            Assert.True(schema.IsValid(Json(json)));
        }

        MeshError? error = JsonEntrance.Check(Json(json));
        Assert.Equal(MeshErrorCode.InvalidArguments, error?.Code);
        Assert.Equal(keyword, error?.Details?.GetProperty("violations")[0].GetProperty("keyword").GetString());
    }

    [Theory]
    [InlineData("{\"a\":\"secret\"", "")]
    [InlineData("""{"a":"secret" """, "")]
    [InlineData("""{"a":"secret",""", "")]
    [InlineData("""{"a":"secret",}""", "")]
    [InlineData("""{"a":"secret",7""", "")]
    [InlineData("""{"a":"secret","b""", "")]
    [InlineData("""{"a":"secret"]""", "")]
    [InlineData("""{"x":[{"a":["secret"] """, "/x/0")]
    [InlineData("""{"x":{"a":"secret"]""", "/x")]
    public void Where_text_breaks_off_no_value_is_taken_for_a_name(string json, string path)
    {
        MeshError? error = JsonEntrance.Check(Encoding.UTF8.GetBytes(json));
        Assert.DoesNotContain("secret", error!.Message, StringComparison.Ordinal);
        JsonElement violation = error.Details!.Value.GetProperty("violations")[0];
        Assert.Equal((path, "json"), (violation.GetProperty("path").GetString(), violation.GetProperty("keyword").GetString()));
    }

    [Theory]
    [InlineData("""{"a":1,"b":[{"a":2},{"a":3}]}""")]
    [InlineData("\"\\ud83d\\ude00\"")]
    [InlineData("\"\U0001F600\"")]
    [InlineData("1e308")]
    [InlineData("1e-400")]
    public void What_may_enter_does(string json)
    {
        Assert.True(Schema("{}").IsValidStrict(Json(json)));
        Assert.Null(JsonEntrance.Check(Json(json)));
        using JsonDocument document = JsonEntrance.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Equal(json, document.RootElement.GetRawText());
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused()
    {
        byte[] json = [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'];
        Assert.False(Schema("{}").IsValid(json));
        Assert.Equal(MeshErrorCode.InvalidArguments, Assert.Throws<MeshException>(() => JsonEntrance.Parse(json)).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("[1 2]")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{a:1}")]
    [InlineData("[1}")]
    [InlineData("1 2")]
    [InlineData("01")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData("1e")]
    [InlineData("+1")]
    [InlineData("truex")]
    [InlineData("nul")]
    [InlineData("\"a")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"a\nb\"")]
    [InlineData("/* c */ 1")]
    [InlineData("]")]
    public void Bytes_that_are_not_JSON_are_refused(string json)
    {
        Assert.False(Schema("{}").IsValid(Encoding.UTF8.GetBytes(json)));
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(json));
    }

    [Fact]
    public void An_element_that_was_read_with_comments_and_trailing_commas_is_understood()
    {
        JsonDocumentOptions options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        using JsonDocument document = JsonDocument.Parse("[ /* one */ 1, // two\n 2, {\"a\":1 /**/ , }, ]", options);
        Assert.True(Schema("""{"minItems":3,"maxItems":3}""").IsValidStrict(document.RootElement));
    }

    [Fact]
    public void Depth_and_size_are_limited()
    {
        string deep = new string('[', 65) + new string(']', 65);
        Assert.Equal("maxDepth", Assert.Single(Schema("{}").Validate(Deep(deep), strict: true)).Keyword);
        Assert.True(Schema("{}").IsValidStrict(Deep(deep[1..^1])));
        JsonElement large = Json("\"" + new string('x', 5_000_000) + "\"");
        Assert.Equal("maxSize", Assert.Single(Schema("{}").Validate(large, strict: true)).Keyword);
        Assert.Equal(MeshErrorCode.TooLarge, JsonEntrance.Check(large)?.Code);
    }
}
