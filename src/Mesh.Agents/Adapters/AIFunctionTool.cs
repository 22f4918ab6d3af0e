using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>A function of the abstractions as a tool, with its own schemas.</summary>
internal sealed class AIFunctionTool(AIFunction function, ToolDefinition definition) : Tool(definition)
{
    public static AIFunctionTool Of(AIFunction function, string? name, ToolOptions? options) => new(function, new()
    {
        Name = name ?? function.Name,
        Title = options?.Title,
        Description = options?.Description ?? (function.Description.Length == 0 ? null : function.Description),
        InputSchema = function.JsonSchema,
        OutputSchema = GivesContent(function.UnderlyingMethod?.ReturnType) ? null : function.ReturnJsonSchema,
        Annotations = options?.Annotations ?? ToolAnnotations.Default,
        RequiresApproval = options?.RequiresApproval ?? function is ApprovalRequiredAIFunction,
        Rules = options?.Rules,
        ThumbnailUrl = options?.ThumbnailUrl,
        MaxJournalCapture = options?.MaxJournalCapture,
    })
    {
        RunOnThreadPool = options?.RunOnThreadPool ?? false,
    };

    protected override async ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context)
    {
        var given = new AIFunctionArguments(FunctionArguments.FromElement(arguments) ?? []);
        object? result = await function.InvokeAsync(given, context.CancellationToken).ConfigureAwait(false);
        return result switch
        {
            null when Definition.OutputSchema is null => EmptyResponse.Instance,
            null => new JsonResponse(JsonElement.Parse("null")),
            JsonElement { ValueKind: JsonValueKind.Undefined } => EmptyResponse.Instance,
            JsonElement element => new JsonResponse(element),
            ToolResponse response => response,
            string text when Definition.OutputSchema is null => new TextResponse(text),
            AIContent content => new ContentResponse(PartOf(content)),
            IEnumerable<AIContent> contents => new ContentResponse([.. contents.Select(PartOf)]),
            _ => new JsonResponse(JsonSerializer.SerializeToElement(result, function.JsonSerializerOptions.GetTypeInfo(result.GetType()))),
        };
    }

    /// <summary>Content goes as parts, whatever schema its type has as JSON.</summary>
    private static bool GivesContent(Type? type) => type is not null
        && (typeof(AIContent).IsAssignableFrom(type) || typeof(IEnumerable<AIContent>).IsAssignableFrom(type)
            || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)) && GivesContent(type.GenericTypeArguments[0])));

    private static ContentPart PartOf(AIContent content) => content switch
    {
        TextContent text => new TextPart(text.Text),
        DataContent data => new BytesPart(data.Data, data.MediaType) { Name = data.Name },
        UriContent link => new LinkPart(link.Uri) { MimeType = link.MediaType },
        _ => new TextPart(content.ToString() ?? ""),
    };
}
