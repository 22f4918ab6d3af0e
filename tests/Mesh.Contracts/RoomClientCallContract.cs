using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Contracts;

/// <summary>One call with one answer: how it is made, what its arguments may be, and what its tool may answer.</summary>
public abstract partial class RoomClientCallContract : RoomClientContract
{
    private static readonly Tool Forecast = Tool.Create("forecast", (string city, int days = 3, string? unit = null) => new Weather(city, days, unit ?? "C"));

    [Fact]
    public async Task A_typed_call_returns_the_typed_result()
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        Assert.Equal(new Weather("Oslo", 5, "F"), await bob.Toolkits.InvokeAsync<Weather>("kit/forecast", new { city = "Oslo", days = 5, unit = "F" }).InTime());
    }

    [Fact]
    public async Task Absent_optional_arguments_take_their_defaults()
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        Assert.Equal(new Weather("Oslo", 3, "C"), await bob.Toolkits.InvokeAsync<Weather>("kit/forecast", new { city = "Oslo" }).InTime());
        Assert.Equal(new Weather("Oslo", 3, "C"), await bob.Toolkits.InvokeAsync<Weather>("kit/forecast", new { city = "Oslo", unit = (string?)null }).InTime());
    }

    [Fact]
    public async Task A_call_with_metadata_needs_no_reflection()
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        var weather = await bob.Toolkits.InvokeAsync("kit/forecast", new City("Rome"), CallJson.Default.City, CallJson.Default.Weather).InTime();
        Assert.Equal(new Weather("Rome", 3, "C"), weather);
    }

    [Fact]
    public async Task A_call_with_parsed_json_returns_the_response()
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        var response = Assert.IsType<JsonResponse>(await bob.Toolkits.InvokeAsync("kit/forecast", Json("""{"city":"Oslo"}""")).InTime());
        Assert.True(JsonElement.DeepEquals(Json("""{"city":"Oslo","days":3,"unit":"C"}"""), response.Value.ToElement()));
    }

    [Fact]
    public async Task A_call_with_UTF_8_returns_UTF_8()
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        var result = await bob.Toolkits.InvokeUtf8Async("kit/forecast", Utf8("""{"days":1,"city":"Tromsø"}""")).InTime();
        var json = JsonElement.Parse(result.Span);
        Assert.Equal(("Tromsø", 1), (json.GetProperty("city").GetString(), json.GetProperty("days").GetInt32()));
    }

    [Fact]
    public async Task A_call_without_arguments_needs_none_to_be_given()
    {
        await OfferAsync("ada", Tool.Create("now", () => "noon"));
        var bob = await JoinAsync("bob");
        Assert.Equal("noon", await bob.Toolkits.InvokeAsync<string>("kit/now").InTime());
        Assert.Equal("\"noon\""u8.ToArray(), (await bob.Toolkits.InvokeUtf8Async("kit/now", default).InTime()).ToArray());
        Assert.Equal("noon", (await bob.Toolkits.TryInvokeAsync("kit/now").InTime()).Response?.ToString());
    }

    [Fact]
    public async Task What_succeeds_and_what_fails_are_both_outcomes()
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        var outcome = await bob.Toolkits.TryInvokeAsync("kit/forecast", new { city = "Oslo" }).InTime();
        Assert.Equal((CallStatus.Result, true, null), (outcome.Status, outcome.IsResult, outcome.Error));
        outcome = await bob.Toolkits.TryInvokeAsync("kit/forecast", JsonPayload.FromUtf8("{}"u8.ToArray())).InTime();
        Assert.Equal((CallStatus.Error, false), (outcome.Status, outcome.IsResult));
        AssertCode(MeshErrorCode.InvalidArguments, outcome.Error);
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Toolkits.InvokeAsync<Weather>("kit/forecast", new { })));
    }

    [Theory]
    [InlineData("""{}""", "/city", "required")]
    [InlineData("""{"city":7}""", "/city", "type")]
    [InlineData("""{"city":"Oslo","days":"three"}""", "/days", "type")]
    [InlineData("""{"city":"Oslo","days":2147483648}""", "/days", "maximum")]
    [InlineData("""{"city":"Oslo","country":"Norway"}""", "/country", "additionalProperties")]
    [InlineData("""{"City":"Oslo"}""", "/City", "additionalProperties")]
    public async Task Wrong_arguments_are_refused_with_path_and_keyword(string arguments, string path, string keyword)
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        foreach (var payload in new[] { JsonPayload.FromUtf8(Utf8(arguments)), JsonPayload.FromElement(Json(arguments)) })
        {
            var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/forecast", payload));
            AssertCode(MeshErrorCode.InvalidArguments, error);
            Assert.StartsWith("Tool 'kit/forecast': ", error.Message, StringComparison.Ordinal);
            Assert.NotNull(error.Remedy);
            Assert.Contains(
                (path, keyword),
                error.Details!.Value.GetProperty("violations").EnumerateArray().Select(each => (each.GetProperty("path").GetString(), each.GetProperty("keyword").GetString())));
        }
    }

    [Fact]
    public async Task Integers_may_be_written_as_decimals()
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        var result = await bob.Toolkits.InvokeUtf8Async("kit/forecast", Utf8("""{"city":"Oslo","days":2.0}""")).InTime();
        Assert.Equal(2, JsonElement.Parse(result.Span).GetProperty("days").GetInt32());
    }

    [Fact]
    public async Task A_result_that_is_not_of_the_asked_type_says_so()
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        AssertCode(MeshErrorCode.InvalidOutput, await FailureOf(bob.Toolkits.InvokeAsync<int>("kit/forecast", new { city = "Oslo" })));
    }

    [Theory]
    [InlineData("kit/none")]
    [InlineData("nokit/forecast")]
    [InlineData("forecast")]
    [InlineData("")]
    [InlineData("kit/forecast@nobody")]
    [InlineData("kit/forecast@bob")]
    [InlineData("KIT/forecast")]
    public async Task What_is_not_there_is_not_found_and_named(string address)
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync(address));
        AssertCode(MeshErrorCode.NotFound, error);
        Assert.Contains($"'{address}'", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
    }

    [Fact]
    public async Task A_caller_that_knows_another_contract_is_refused()
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        string hash = (await bob.Toolkits.ListAsync().InTime())[0].Tools[0].ContractHash;
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/forecast", new { city = "Oslo" }, new() { ContractHash = hash }).InTime()).IsResult);
        AssertCode(MeshErrorCode.ContractConflict, await FailureOf(
            bob.Toolkits.TryInvokeAsync("kit/forecast", new { city = "Oslo" }, new() { ContractHash = new string('0', 64) })));
    }

    [Fact]
    public async Task A_handler_sees_who_calls_and_what_for()
    {
        CallContext? seen = null;
        await OfferAsync("ada", Tool.Create("look", (CallContext call) =>
        {
            seen = call;
            return call.Room.Self.Name;
        }));
        var bob = await JoinAsync("bob");
        var options = new CallOptions { Metadata = Json("""{"page":7}"""), IdempotencyKey = "k" };
        Assert.Equal("ada", await bob.Toolkits.InvokeAsync<string>("kit/look", null, options).InTime());
        Assert.Equal((bob.Self.Id, "bob", "bob"), (seen!.Caller.Id, seen.Caller.Name, seen.OnBehalfOf?.Name));
        Assert.Equal((7, "k", 1), (seen.Request.Metadata!.Value.GetProperty("page").GetInt32(), seen.Request.IdempotencyKey, seen.Request.Attempt));
        Assert.Equal((new ToolAddress("kit/look"), seen.Request.Id), (seen.Request.Target, seen.Request.RootId));
        Assert.Null(CallContext.Current);
    }

    [Fact]
    public async Task Every_call_is_in_the_journal_also_refused_ones()
    {
        await OfferAsync("ada", Forecast);
        var bob = await JoinAsync("bob");
        await bob.Toolkits.InvokeUtf8Async("kit/forecast", Utf8("""{"city":"Oslo"}""")).InTime();
        await bob.Toolkits.TryInvokeAsync("kit/forecast").InTime();
        await bob.Toolkits.TryInvokeAsync("kit/none").InTime();
        var entries = EntriesOf("kit/forecast");
        Assert.Equal([CallStatus.Result, CallStatus.Error], entries.Select(entry => entry.Status));
        Assert.Equal([null, MeshErrorCode.InvalidArguments], entries.Select(entry => entry.ErrorCode));
        Assert.Equal(("bob", "bob", "ada", Den, 15L), (entries[0].Caller, entries[0].OnBehalfOf, entries[0].Provider, entries[0].Room, entries[0].BytesIn));
        Assert.Equal(bob.Session, entries[0].Session);
        Assert.NotNull(entries[0].ContractHash);
        Assert.True(entries[0].BytesOut > 0);
        Assert.Equal(MeshErrorCode.NotFound, Assert.Single(EntriesOf("kit/none")).ErrorCode);
    }

    public sealed record Weather(string City, int Days, string Unit);

    public sealed record City([property: JsonPropertyName("city")] string Name);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Weather))]
    [JsonSerializable(typeof(City))]
    private sealed partial class CallJson : JsonSerializerContext;
}
