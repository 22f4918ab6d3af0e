using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Mesh.Tests.Schemas;

public sealed class TypeParameterSchemaTests
{
    [Fact]
    public void A_parameter_without_default_is_required() =>
        Assert.Equal(
            """{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":-2147483648,"maximum":2147483647,"default":3}},"required":["city"],"additionalProperties":false}""",
            TypeSchemas.Parameters((string city, int days = 3) => city + days));

    [Fact]
    public void A_method_without_parameters_takes_an_empty_object() =>
        Assert.Equal("""{"type":"object","additionalProperties":false}""", TypeSchemas.Parameters(() => 1));

    [Fact]
    public void Nullability_follows_the_annotations()
    {
        Assert.Equal("""{"type":["string","null"]}""", TypeSchemas.Parameter((string? a) => a));
        Assert.Equal("""{"type":["array","null"],"items":{"type":["string","null"]}}""", TypeSchemas.Parameter((List<string?>? a) => a));
        Assert.Equal("""{"type":"array","items":{"type":"array","items":{"type":["string","null"]}}}""", TypeSchemas.Parameter((string?[][] a) => a));
        Assert.Equal("""{"type":"object","additionalProperties":{"type":["string","null"]}}""", TypeSchemas.Parameter((Dictionary<string, string?> a) => a));
        Assert.Equal("""{"type":["boolean","null"],"default":null}""", TypeSchemas.Parameter((bool? a = null) => a));
    }

    [Fact]
    public void Defaults_are_written_as_the_serializer_writes_them()
    {
        Assert.Equal("""{"type":"string","enum":["monday","tuesday"],"default":"tuesday"}""", TypeSchemas.Parameter((Weekday day = Weekday.Tuesday) => day));
        Assert.Equal("""{"type":["string","null"],"enum":["monday","tuesday",null],"default":"tuesday"}""", TypeSchemas.Parameter((Weekday? day = Weekday.Tuesday) => day));
        Assert.Equal("""{"type":"number","default":1.50}""", TypeSchemas.Parameter((decimal d = 1.50m) => d));
        Assert.Equal("""{"type":"object","properties":{"id":{"type":"string","format":"uuid"}},"additionalProperties":false}""", TypeSchemas.Parameters((Guid id = default) => id));
        Assert.Equal("""{"type":"number"}""", TypeSchemas.Parameter((double d = double.NaN) => d));
    }

    [Fact]
    public void A_description_is_kept() =>
        Assert.Equal("""{"type":["string","null"],"description":"Where"}""", TypeSchemas.Parameter(([Description("Where")] string? city) => city));

    [Fact]
    public void A_range_narrows_an_integer()
    {
        Assert.Equal("""{"type":"integer","minimum":1,"maximum":5}""", TypeSchemas.Parameter(([Range(1, 5)] int n) => n));
        Assert.Equal("""{"type":"integer","minimum":1,"maximum":3}""", TypeSchemas.Parameter(([Range(0.5, 3.5)] int n) => n));
        Assert.Equal("""{"type":"integer","minimum":2,"maximum":255}""", TypeSchemas.Parameter(([Range(1, double.PositiveInfinity, MinimumIsExclusive = true)] byte n) => n));
        Assert.Equal("""{"type":["integer","null"],"minimum":-3,"maximum":-2}""", TypeSchemas.Parameter(([Range(-3.5, -1.5)] int? n) => n));
    }

    [Fact]
    public void A_range_limits_a_number()
    {
        Assert.Equal("""{"type":"number","minimum":0.1,"exclusiveMaximum":1}""", TypeSchemas.Parameter(([Range(0.1, 1, MaximumIsExclusive = true)] double n) => n));
        Assert.Equal("""{"type":"number","minimum":0.10,"maximum":79228162514264337593543950335}""", TypeSchemas.Parameter(([Range(typeof(decimal), "0.10", "79228162514264337593543950335")] decimal n) => n));
    }

    [Fact]
    public void Lengths_limit_strings_arrays_dictionaries_and_bytes()
    {
        Assert.Equal("""{"type":"string","minLength":2,"maxLength":8}""", TypeSchemas.Parameter(([StringLength(8, MinimumLength = 2)] string s) => s));
        Assert.Equal("""{"type":"string","minLength":1,"maxLength":3}""", TypeSchemas.Parameter(([MinLength(1), MaxLength(3)] string s) => s));
        Assert.Equal("""{"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":3}""", TypeSchemas.Parameter(([Length(1, 3)] bool[] s) => s));
        Assert.Equal("""{"type":"object","additionalProperties":{"type":"boolean"},"minProperties":1}""", TypeSchemas.Parameter(([MinLength(1)] Dictionary<string, bool> s) => s));
        Assert.Equal("""{"type":"string","maxLength":8,"contentEncoding":"base64"}""", TypeSchemas.Parameter(([MaxLength(6)] byte[] s) => s));
        Assert.Equal("""{"type":"string"}""", TypeSchemas.Parameter(([MaxLength] string s) => s));
    }

    [Fact]
    public void A_regular_expression_covers_the_whole_string() =>
        Assert.Equal("""{"type":"string","pattern":"^(?:a|b+)$"}""", TypeSchemas.Parameter(([RegularExpression("a|b+")] string s) => s));

    [Fact]
    public void Formats_come_from_their_attributes()
    {
        Assert.Equal("""{"type":"string","format":"email"}""", TypeSchemas.Parameter(([EmailAddress] string s) => s));
        Assert.Equal("""{"type":"string","format":"uri"}""", TypeSchemas.Parameter(([Url] string s) => s));
    }

    [Fact]
    public void Allowed_and_denied_values_are_listed()
    {
        Assert.Equal("""{"type":"string","enum":["a","b"]}""", TypeSchemas.Parameter(([AllowedValues("a", "b")] string s) => s));
        Assert.Equal("""{"type":["string","null"],"enum":["a",null]}""", TypeSchemas.Parameter(([AllowedValues("a", null)] string? s) => s));
        Assert.Equal("""{"type":"integer","minimum":0,"maximum":255,"not":{"enum":[13]}}""", TypeSchemas.Parameter(([DeniedValues(13)] byte s) => s));
        Assert.Equal("""{"type":"string","enum":["monday"]}""", TypeSchemas.Parameter(([AllowedValues(Weekday.Monday)] Weekday s) => s));
    }

    [Fact]
    public void Required_demands_a_value()
    {
        Assert.Equal(
            """{"type":"object","properties":{"s":{"type":"string","minLength":1,"default":null}},"required":["s"],"additionalProperties":false}""",
            TypeSchemas.Parameters(([Required] string? s = null) => s));
    }

    [Fact]
    public void A_schema_may_be_given_verbatim()
    {
        Assert.Equal("""{"type":"string","format":"color","description":"The colour"}""", TypeSchemas.Parameter(([JsonSchema("""{"type":"string","format":"color"}"""), Description("The colour")] string s) => s));
        Assert.Equal("""{"anyOf":[{"const":1},{"type":"null"}]}""", TypeSchemas.Parameter(([JsonSchema("""{"const":1}""")] object? s) => s));
        Assert.Equal("true", TypeSchemas.Parameter(([JsonSchema("true")] object s) => s));
    }

    [Fact]
    public void What_a_task_returns_keeps_its_annotations()
    {
        Assert.Equal("""{"type":["string","null"]}""", TypeSchemas.Return(Task<string?> () => null!, depth: 1));
        Assert.Equal("""{"type":"string"}""", TypeSchemas.Return(() => Task.FromResult(""), depth: 1));
        Assert.Equal("""{"type":"array","items":{"type":["string","null"]}}""", TypeSchemas.Return(Task<List<string?>> () => null!, depth: 1));
    }

    [Fact]
    public void The_same_type_gives_the_same_bytes() =>
        Assert.Equal(TypeSchemas.Input<Dictionary<Weekday, List<int>>>(), TypeSchemas.Input<Dictionary<Weekday, List<int>>>());

    private enum Weekday
    {
        Monday,
        Tuesday,
    }
}
