using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts;

namespace Mesh.Mcp.Tests.Server;

/// <summary>The client's own model and its roots, as tools of the calls that it starts.</summary>
public sealed class ClientToolTests : RoomMcpServerTests
{
    private static readonly JsonObject All = new() { ["elicitation"] = new JsonObject(), ["sampling"] = new JsonObject(), ["roots"] = new JsonObject() };

    [Theory]
    [InlineData("sample_model", "sampling/createMessage", """{"role":"assistant","content":{"type":"text","text":"Paris"},"model":"m"}""", "Paris")]
    [InlineData("list_roots", "roots/list", """{"roots":[{"uri":"file:///here"}]}""", "file:///here")]
    public async Task A_client_of_the_newer_revision_answers_between_two_rounds(string tool, string method, string answer, string said)
    {
        await using var client = new RawClient(await StartAsync(tool)) { Capabilities = (JsonObject)All.DeepClone() };
        var asked = (await client.CallAsync("kit_use", new { })).GetProperty("result");
        var question = Assert.Single(asked.GetProperty("inputRequests").EnumerateObject());
        Assert.Equal(method, question.Value.GetProperty("method").GetString());

        var result = (await ComeBackAsync(client, question.Name, answer, asked.GetProperty("requestState").GetString()!)).GetProperty("result");
        Assert.Contains(said, result.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sample_model", """{"action":"accept"}""")]
    [InlineData("sample_model", "7")]
    [InlineData("list_roots", """{"roots":7}""")]
    public async Task An_answer_to_something_else_is_asked_for_again(string tool, string answer)
    {
        await using var client = new RawClient(await StartAsync(tool)) { Capabilities = (JsonObject)All.DeepClone() };
        var asked = (await client.CallAsync("kit_use", new { })).GetProperty("result");

        var again = (await ComeBackAsync(client, "1", answer, asked.GetProperty("requestState").GetString()!)).GetProperty("result");
        Assert.Equal("input_required", again.GetProperty("resultType").GetString());
        Assert.NotEqual(asked.GetProperty("requestState").GetString(), again.GetProperty("requestState").GetString());
    }

    [Theory]
    [InlineData("sample_model", "sampling")]
    [InlineData("list_roots", "roots")]
    public async Task What_the_client_has_not_declared_is_an_error_of_the_protocol_that_names_it(string tool, string capability)
    {
        await using var client = new RawClient(await StartAsync(tool));

        var error = (await client.CallAsync("kit_use", new { })).GetProperty("error");
        Assert.Equal(-32021, error.GetProperty("code").GetInt32());
        Assert.Equal(JsonValueKind.Object, error.GetProperty("data").GetProperty("requiredCapabilities").GetProperty(capability).ValueKind);
    }

    [Fact]
    public async Task They_are_not_there_unless_the_host_says_so()
    {
        await using var client = new RawClient(await StartAsync("sample_model", isOffered: false)) { Capabilities = (JsonObject)All.DeepClone() };

        var result = (await client.CallAsync("kit_use", new { })).GetProperty("result");
        Assert.StartsWith("not_found:", result.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    private static Task<JsonElement> ComeBackAsync(RawClient client, string question, string answer, string state) => client.AskAsync("tools/call", new()
    {
        ["name"] = "kit_use",
        ["arguments"] = new JsonObject(),
        ["requestState"] = state,
        ["inputResponses"] = new JsonObject { [question] = JsonNode.Parse(answer) },
    });

    private async Task<RoomMcpServer> StartAsync(string tool, bool isOffered = true)
    {
        object arguments = tool == "sample_model" ? new { messages = new[] { new { role = "user", content = new { type = "text", text = "Capital?" } } }, maxTokens = 5 } : new { };
        await OfferAsync(Mesh.Tool.Create("use", async (CallContext call) =>
        {
            var outcome = await call.Room.Toolkits.TryInvokeAsync($"user/{tool}", arguments);
            return outcome.IsResult ? $"{outcome.Response}" : throw new ToolException(outcome.Error);
        }));
        return Own(await RoomMcpServer.JoinAsync(
            Host, "den", "visitor", options: new() { TimeProvider = Clock, OfferClientTools = isOffered }, cancellationToken: Stop).AsTask().InTime());
    }
}
