using System.Text.Json;
using Mesh.Contracts;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Server;

public sealed class ToolListTests : RoomMcpServerTests
{
    public sealed record Forecast(string City, int Days);

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_tool_is_listed_with_everything_that_it_says_of_itself(string revision)
    {
        await OfferAsync(Tool.Create("forecast", (string city, int days = 3) => new Forecast(city, days), new()
        {
            Title = "Forecast",
            Description = "Tells the weather.",
            ThumbnailUrl = new("https://example.org/sun.png"),
            Annotations = new() { ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false },
        }));
        var client = await ConnectAsync(await ServeVisitorAsync(), revision);

        var tool = Assert.Single(await client.ListToolsAsync(cancellationToken: Stop).InTime()).ProtocolTool;

        Assert.Equal(("kit_forecast", "Forecast", "Tells the weather."), (tool.Name, tool.Title, tool.Description));
        Assert.Equal("https://example.org/sun.png", Assert.Single(tool.Icons!).Source);
        var hints = tool.Annotations!;
        Assert.Equal((true, false, true, false), (hints.ReadOnlyHint, hints.DestructiveHint, hints.IdempotentHint, hints.OpenWorldHint));
        var definition = (await (await JoinAsync("reader")).Toolkits.ListAsync(cancellationToken: Stop).InTime())[0].Tools[0];
        Assert.True(JsonElement.DeepEquals(definition.InputSchema, tool.InputSchema));
        Assert.True(JsonElement.DeepEquals(definition.OutputSchema!.Value, tool.OutputSchema!.Value));
        Assert.Null(tool.Meta);
    }

    [Fact]
    public async Task A_result_that_is_no_object_is_wrapped_and_marked_for_older_clients()
    {
        await OfferAsync(Tool.Create("sum", (int a, int b) => a + b));
        var server = await ServeVisitorAsync();
        var older = await ConnectAsync(server, Older);
        var newer = await ConnectAsync(server, Newer);

        var wrapped = Assert.Single(await older.ListToolsAsync(cancellationToken: Stop).InTime()).ProtocolTool;
        var natural = Assert.Single(await newer.ListToolsAsync(cancellationToken: Stop).InTime()).ProtocolTool;

        Assert.Equal("value", (string?)wrapped.Meta!["mesh/root"]);
        Assert.Equal("integer", wrapped.OutputSchema!.Value.GetProperty("properties").GetProperty("value").GetProperty("type").GetString());
        Assert.Equal("integer", natural.OutputSchema!.Value.GetProperty("type").GetString());
        Assert.Null(natural.Meta);
        var result = await CallAsync(older, "kit_sum", new { a = 2, b = 3 });
        Assert.Equal(("5", """{"value":5}"""), (TextOf(result), result.StructuredContent!.Value.GetRawText()));
        result = await CallAsync(newer, "kit_sum", new { a = 2, b = 3 });
        Assert.Equal(("5", "5"), (TextOf(result), result.StructuredContent!.Value.GetRawText()));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Tools_that_the_participant_may_not_use_are_not_listed_and_not_found(string revision)
    {
        await OfferAsync(Tool.Create("open", () => "in"), Tool.Create("closed", () => "in"));
        var grants = Grants.UserDefault with { Agents = new() { UseTools = true, Tools = new AllowList("kit/open") } };
        var client = await ConnectAsync(await ServeVisitorAsync(grants: grants), revision);

        Assert.Equal(["kit_open"], await NamesAsync(client));
        var refused = await Assert.ThrowsAsync<McpProtocolException>(() => CallAsync(client, "kit_closed"));
        Assert.Equal(McpErrorCode.InvalidParams, refused.ErrorCode);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task What_has_come_and_what_has_gone_is_seen_by_the_next_list(string revision)
    {
        var provider = await OfferAsync(Tool.Create("one", () => 1));
        var client = await ConnectAsync(await ServeVisitorAsync(), revision);
        Assert.Equal(["kit_one"], await NamesAsync(client));

        var more = await OfferAsync(provider, "more", Tool.Create("two", () => 2));
        Assert.Equal(["kit_one", "more_two"], await NamesAsync(client));
        await more.DisposeAsync().InTime();
        Assert.Equal(["kit_one"], await NamesAsync(client));
        await provider.DisposeAsync().InTime();
        Assert.Empty(await NamesAsync(client));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Of_two_tools_of_one_name_outside_the_first_is_served_and_the_other_reported_with_both_names(string revision)
    {
        var provider = await OfferAsync(Tool.Create("a.b", () => "dot"), Tool.Create("a_b", () => "line"));
        var skipped = new List<MeshError>();
        var client = await ConnectAsync(await ServeVisitorAsync(new() { OnSkipped = skipped.Add }), revision);

        Assert.Equal(["kit_a_b"], await NamesAsync(client));
        Assert.Equal("dot", TextOf(await CallAsync(client, "kit_a_b")));
        var error = Assert.Single(skipped);
        Assert.Equal(MeshErrorCode.NameTaken, error.Code);
        Assert.Contains("kit/a.b", error.Message, StringComparison.Ordinal);
        Assert.Contains("kit/a_b", error.Message, StringComparison.Ordinal);
        await OfferAsync(provider, "more", Tool.Create("two", () => 2));
        Assert.Equal(2, (await NamesAsync(client)).Count);
        Assert.Single(skipped);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_long_list_comes_in_pages_that_lose_nothing_when_the_room_changes_in_between(string revision)
    {
        var provider = await OfferAsync([.. Enumerable.Range(0, 25).Select(i => Tool.Create($"t{i:00}", () => i))]);
        var client = await ConnectAsync(await ServeVisitorAsync(new() { PageSize = 10 }), revision);

        Assert.Equal(25, (await NamesAsync(client)).Count);
        var first = await client.ListToolsAsync(new ListToolsRequestParams(), Stop).InTime();
        await OfferAsync(provider, "aaa", Tool.Create("early", () => 0));
        var second = await client.ListToolsAsync(new ListToolsRequestParams { Cursor = first.NextCursor }, Stop).InTime();

        Assert.Equal(("kit_t09", "kit_t10"), (first.Tools[^1].Name, second.Tools[0].Name));
        var refused = await Assert.ThrowsAsync<McpProtocolException>(
            async () => await client.ListToolsAsync(new ListToolsRequestParams { Cursor = "?" }, Stop).InTime());
        Assert.Equal(McpErrorCode.InvalidParams, refused.ErrorCode);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task An_agent_is_a_tool_with_its_contract(string revision)
    {
        var provider = await JoinAsync("provider", Grants.Full, ParticipantRole.Agent);
        await provider.Agents.RegisterAsync(Agent.Create("nlp.upper", (string text) => text.ToUpperInvariant(), new() { Description = "Shouts." }), cancellationToken: Stop).InTime();
        var client = await ConnectAsync(await ServeVisitorAsync(), revision);

        var tool = Assert.Single(await client.ListToolsAsync(cancellationToken: Stop).InTime());
        Assert.Equal(("nlp_upper", "Shouts."), (tool.Name, tool.Description));
        Assert.Equal("HEY", TextOf(await CallAsync(client, "nlp_upper", new { value = "hey" })));
    }
}
