using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Conformance;

/// <summary>The prompts that the suite gets.</summary>
internal static class TestPrompts
{
    private static readonly string[] Places = ["paris", "park", "party"];

    public static McpPrompts All { get; } = new(
        new McpPrompt(new() { Name = "test_simple_prompt", Description = "A simple prompt" }, (_, _) => Answer(Text("This is a simple prompt for testing."))),
        new McpPrompt(
            new() { Name = "test_prompt_with_arguments", Description = "A prompt with arguments", Arguments = [Argument("arg1"), Argument("arg2")] },
            (arguments, _) => Answer(Text($"Prompt with arguments: arg1='{arguments["arg1"]}', arg2='{arguments["arg2"]}'")))
        {
            Values = new Dictionary<string, IReadOnlyList<string>> { ["arg1"] = Places },
        },
        new McpPrompt(
            new() { Name = "test_prompt_with_embedded_resource", Description = "A prompt with a resource in it", Arguments = [Argument("resourceUri")] },
            (arguments, _) => Answer(
                new EmbeddedResourceBlock
                {
                    Resource = new TextResourceContents { Uri = arguments["resourceUri"].ToString(), MimeType = "text/plain", Text = "Embedded resource content for testing." },
                },
                Text("Please process the embedded resource above."))),
        new McpPrompt(
            new() { Name = "test_prompt_with_image", Description = "A prompt with an image in it" },
            (_, _) => Answer(ImageContentBlock.FromBytes(TestTools.Image, "image/png"), Text("Please analyze the image above."))));

    private static PromptArgument Argument(string name) => new() { Name = name, Required = true };

    private static TextContentBlock Text(string text) => new() { Text = text };

    private static ValueTask<GetPromptResult> Answer(params ContentBlock[] blocks) =>
        new(new GetPromptResult { Messages = [.. blocks.Select(static block => new PromptMessage { Role = Role.User, Content = block })] });
}
