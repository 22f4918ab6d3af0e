using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Server;

public sealed class ResourceAndPromptTests : RoomMcpServerTests
{
    private static readonly McpPrompt Greeting = new(
        new() { Name = "greet", Arguments = [new() { Name = "style", Required = true }] },
        (arguments, _) => new(new GetPromptResult { Messages = [new() { Role = Role.User, Content = new TextContentBlock { Text = $"Greet {arguments["style"]}" } }] }))
    {
        Values = new Dictionary<string, IReadOnlyList<string>> { ["style"] = ["formal", "friendly", "short"] },
    };

    [Theory, MemberData(nameof(Revisions))]
    public async Task Keys_of_the_state_are_resources(string revision)
    {
        var room = await JoinAsync("visitor");
        var client = await ConnectAsync(await ServeAsync(room, new() { Resources = [new McpStateResources()], PageSize = 2 }), revision);
        foreach (string key in new[] { "a", "b.c", "b/d" })
        {
            await room.State.PutAsync(key, JsonPayload.FromUtf8("""{"n":1}"""u8.ToArray()), Stop).InTime();
        }

        var resources = await client.ListResourcesAsync(cancellationToken: Stop).InTime();
        Assert.Equal(["mesh://state/a", "mesh://state/b.c", "mesh://state/b%2Fd"], resources.Select(resource => resource.Uri));
        Assert.Equal("mesh://state/{key}", Assert.Single(await client.ListResourceTemplatesAsync(cancellationToken: Stop).InTime()).UriTemplate);
        var contents = Assert.Single((await client.ReadResourceAsync("mesh://state/b%2Fd", cancellationToken: Stop).InTime()).Contents);
        Assert.Equal(("application/json", """{"n":1}"""), (contents.MimeType, ((TextResourceContents)contents).Text));
        var completion = await client.CompleteAsync(new ResourceTemplateReference { Uri = "mesh://state/{key}" }, "key", "b", cancellationToken: Stop).InTime();
        Assert.Equal(["b.c", "b/d"], completion.Completion.Values);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_resource_that_is_not_there_or_not_granted_is_an_error_with_a_reason(string revision)
    {
        var room = await JoinAsync("visitor", Grants.UserDefault with { State = new() { Keys = new AllowList("mine.*") } });
        var client = await ConnectAsync(await ServeAsync(room, new() { Resources = [new McpStateResources()] }), revision);

        var missing = await Assert.ThrowsAsync<McpProtocolException>(() => client.ReadResourceAsync("mesh://state/mine.x", cancellationToken: Stop).InTime());
        var foreign = await Assert.ThrowsAsync<McpProtocolException>(() => client.ReadResourceAsync("file:///etc/passwd", cancellationToken: Stop).InTime());
        var refused = await Assert.ThrowsAsync<McpProtocolException>(() => client.ReadResourceAsync("mesh://state/other", cancellationToken: Stop).InTime());

        Assert.Contains("mesh://state/mine.x", missing.Message, StringComparison.Ordinal);
        Assert.Equal(revision == Newer ? McpErrorCode.InvalidParams : McpErrorCode.ResourceNotFound, missing.ErrorCode);
        Assert.Equal("mesh://state/mine.x", missing.Data["uri"]?.ToString());
        Assert.Contains("not found", foreign.Message, StringComparison.Ordinal);
        Assert.Contains("not_granted", refused.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Prompts_of_the_host_are_listed_made_and_completed(string revision)
    {
        var client = await ConnectAsync(await ServeVisitorAsync(new() { Prompts = [new McpPrompts(Greeting, McpPrompt.FromText("hello", "Says hello.", "Say hello."))] }), revision);

        Assert.Equal(["greet", "hello"], (await client.ListPromptsAsync(cancellationToken: Stop).InTime()).Select(prompt => prompt.Name));
        var made = await client.GetPromptAsync("greet", new Dictionary<string, object?> { ["style"] = "formal" }, cancellationToken: Stop).InTime();
        Assert.Equal("Greet formal", ((TextContentBlock)made.Messages[0].Content).Text);
        var completion = await client.CompleteAsync(new PromptReference { Name = "greet" }, "style", "f", cancellationToken: Stop).InTime();
        Assert.Equal((2, false), (completion.Completion.Total, completion.Completion.HasMore));
        Assert.Equal(["formal", "friendly"], completion.Completion.Values);
        var missing = await Assert.ThrowsAsync<McpProtocolException>(() => client.GetPromptAsync("greet", cancellationToken: Stop).InTime());
        Assert.Contains("needs 'style'", missing.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<McpProtocolException>(() => client.GetPromptAsync("nothing", cancellationToken: Stop).InTime());
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Rules_of_toolkits_are_instructions_and_prompts(string revision)
    {
        var provider = await JoinAsync("provider", Grants.Full, ParticipantRole.Agent);
        await provider.Toolkits.RegisterAsync(
            new Toolkit("kit", Tool.Create("one", () => 1, new() { Rules = "Use one sparingly." }), Tool.Create("two", () => 2)) { Rules = "Be kind." }, cancellationToken: Stop).InTime();
        await OfferAsync(provider, "plain", Tool.Create("three", () => 3));
        var client = await ConnectAsync(await ServeVisitorAsync(new() { Instructions = "This is a test." }), revision);

        Assert.Equal("This is a test.\n\nBe kind.\n\nUse one sparingly.", client.ServerInstructions);
        Assert.Equal(["kit"], (await client.ListPromptsAsync(cancellationToken: Stop).InTime()).Select(prompt => prompt.Name));
        var made = await client.GetPromptAsync("kit", cancellationToken: Stop).InTime();
        Assert.Equal("Be kind.\n\nUse one sparingly.", ((TextContentBlock)made.Messages[0].Content).Text);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_server_promises_only_what_it_has(string revision)
    {
        var bare = await ConnectAsync(await ServeVisitorAsync(new() { Prompts = [] }), revision);
        var capabilities = bare.ServerCapabilities;
        Assert.True(capabilities.Tools!.ListChanged);
        Assert.Null(capabilities.Resources);
        Assert.Null(capabilities.Prompts);
        Assert.Null(capabilities.Completions);
        Assert.Equal("den", bare.ServerInfo!.Name);

        var named = await ConnectAsync(
            await ServeAsync(await JoinAsync("other"), new() { Resources = [new McpStateResources()], ServerInfo = new() { Name = "desk", Version = "7" } }), revision);
        Assert.True(named.ServerCapabilities.Resources!.Subscribe);
        Assert.True(named.ServerCapabilities.Prompts!.ListChanged);
        Assert.NotNull(named.ServerCapabilities.Completions);
        Assert.Equal(("desk", "7"), (named.ServerInfo!.Name, named.ServerInfo.Version));
    }

    [Fact]
    public async Task Options_of_a_host_that_runs_its_own_sessions_serve_the_same_tools()
    {
        await OfferAsync(Tool.Create("one", () => 1));
        var server = await ServeVisitorAsync(new() { TaskAfter = null });
        var options = server.CreateOptions();
        Assert.NotSame(options, server.CreateOptions());
        Assert.NotNull(options.Handlers.ListToolsHandler);
        Assert.NotNull(options.Handlers.CallToolHandler);
        Assert.NotNull(options.Handlers.SubscriptionsListenHandler);
    }
}
