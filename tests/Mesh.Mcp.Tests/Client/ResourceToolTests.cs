using System.Text;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Client;

public sealed class ResourceToolTests : ToolkitFixture
{
    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task Resources_and_prompts_are_read_through_tools(string revision)
    {
        Server.Tools = [TestServer.Tool("go"), TestServer.Tool("list_prompts")];
        Server.Configure = AddResources;
        var ada = await OfferAsync(revision);
        Assert.Equal(
            ["go", "list_prompts", "list_resources", "list_resource_templates", "read_resource", "get_prompt"],
            (await KitAsync(ada)).Tools.Select(tool => tool.Name));
        var page = await JsonAsync(ada, "far/list_resources");
        Assert.Equal(["resources", "nextCursor"], page.EnumerateObject().Select(each => each.Name));
        Assert.Equal("first", page.GetProperty("resources")[0].GetProperty("name").GetString());
        Assert.Equal("after first", (await JsonAsync(ada, "far/list_resources", new { cursor = "first" })).GetProperty("resources")[0].GetProperty("name").GetString());
        Assert.Equal("hello", await TextAsync(ada, "far/read_resource", new { uri = "mem://text" }));
        var bytes = Assert.IsType<FileResponse>(await ResponseAsync(ada, "far/read_resource", new { uri = "mem://bytes" })).File;
        Assert.Equal(("application/pdf", "%PDF"), (bytes.MimeType, Encoding.UTF8.GetString(bytes.Data.Span)));
        Assert.Equal(MeshErrorCode.NotFound, (await FailAsync(ada, "far/read_resource", new { uri = "mem://none" })).Code);
        Assert.Equal("Greet Ada", (await JsonAsync(ada, "far/get_prompt", new { name = "greet", arguments = new { who = "Ada" } })).GetProperty("messages")[0].GetProperty("content").GetProperty("text").GetString());
        Assert.All((await KitAsync(ada)).Tools.Skip(2), tool => Assert.True(tool.Annotations.ReadOnly));
    }

    [Fact]
    public async Task They_are_left_out_where_the_host_says_so()
    {
        Server.Tools = [TestServer.Tool("go")];
        Server.Configure = AddResources;
        var ada = await OfferAsync(Newer, options => options with { OffersResources = false });
        Assert.Equal(["go"], (await KitAsync(ada)).Tools.Select(tool => tool.Name));
    }

    private static void AddResources(ModelContextProtocol.Server.McpServerOptions options)
    {
        options.Capabilities!.Resources = new();
        options.Capabilities.Prompts = new();
        options.Handlers.ListResourcesHandler = (request, _) => new(request.Params?.Cursor is { } cursor
            ? new ListResourcesResult { Resources = [new() { Uri = "mem://bytes", Name = $"after {cursor}" }] }
            : new ListResourcesResult { Resources = [new() { Uri = "mem://text", Name = "first" }], NextCursor = "first" });
        options.Handlers.ListResourceTemplatesHandler = (_, _) => new(new ListResourceTemplatesResult());
        options.Handlers.ReadResourceHandler = (request, _) => new(new ReadResourceResult
        {
            Contents =
            [
                request.Params!.Uri switch
                {
                    "mem://text" => new TextResourceContents { Uri = "mem://text", Text = "hello" },
                    "mem://bytes" => BlobResourceContents.FromBytes("%PDF"u8.ToArray(), "mem://bytes", "application/pdf"),
                    _ => throw new ModelContextProtocol.McpProtocolException("No such resource.", ModelContextProtocol.McpErrorCode.ResourceNotFound),
                },
            ],
        });
        options.Handlers.ListPromptsHandler = (_, _) => new(new ListPromptsResult { Prompts = [new() { Name = "greet" }] });
        options.Handlers.GetPromptHandler = (request, _) => new(new GetPromptResult
        {
            Messages = [new() { Role = Role.User, Content = new TextContentBlock { Text = $"Greet {request.Params!.Arguments!["who"]}" } }],
        });
    }
}
