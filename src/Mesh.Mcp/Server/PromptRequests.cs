using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>Answers requests about prompts, and for completions, from the providers, in their order.</summary>
internal sealed class PromptRequests(RoomClient room, ResourceRequests resources, RoomMcpServerOptions options)
{
    // The specification's limit.
    private const int MostCompletions = 100;

    public bool HasAny => options.Prompts.Count > 0;

    public ValueTask<ListPromptsResult> ListAsync(RequestContext<ListPromptsRequestParams> request, CancellationToken cancellationToken) =>
        McpRequests.AskRoomAsync(async ValueTask<ListPromptsResult> () =>
        {
            var page = McpPage.Of(await AllAsync(cancellationToken).ConfigureAwait(false), static prompt => prompt.Name, request.Params?.Cursor, options.PageSize);
            return new() { Prompts = page.Items, NextCursor = page.Next };
        });

    public ValueTask<GetPromptResult> GetAsync(RequestContext<GetPromptRequestParams> request, CancellationToken cancellationToken) =>
        McpRequests.AskRoomAsync(async ValueTask<GetPromptResult> () =>
        {
            var asked = request.Params ?? throw McpRequests.Invalid("The request names no prompt.");
            string name = asked.Name;
            var prompt = (await AllAsync(cancellationToken).ConfigureAwait(false)).Find(each => each.Name == name) ?? throw McpRequests.Invalid($"Unknown prompt: '{name}'.");
            string[] missing = [.. (prompt.Arguments ?? []).Where(each => each.Required is true && asked.Arguments?.ContainsKey(each.Name) is not true).Select(static each => $"'{each.Name}'")];
            if (missing.Length > 0)
            {
                throw McpRequests.Invalid($"Prompt '{name}' needs {string.Join(" and ", missing)}.");
            }

            foreach (var provider in options.Prompts)
            {
                if (await provider.GetAsync(room, asked, cancellationToken).ConfigureAwait(false) is { } result)
                {
                    return result;
                }
            }

            throw McpRequests.Invalid($"Unknown prompt: '{name}'.");
        });

    public ValueTask<CompleteResult> CompleteAsync(RequestContext<CompleteRequestParams> request, CancellationToken cancellationToken) =>
        McpRequests.AskRoomAsync(async ValueTask<CompleteResult> () =>
        {
            string argument = request.Params?.Argument?.Name ?? "";
            string value = request.Params?.Argument?.Value ?? "";
            var values = request.Params?.Ref switch
            {
                PromptReference prompt => await CompletePromptAsync(prompt.Name, argument, value, cancellationToken).ConfigureAwait(false),
                ResourceTemplateReference { Uri: { } template } => await resources.CompleteAsync(template, argument, value, cancellationToken).ConfigureAwait(false),
                _ => [],
            };
            return new()
            {
                Completion = new()
                {
                    Values = [.. values.Take(MostCompletions)],
                    Total = values.Count,
                    HasMore = values.Count > MostCompletions,
                },
            };
        });

    private async ValueTask<IReadOnlyList<string>> CompletePromptAsync(string name, string argument, string value, CancellationToken cancellationToken)
    {
        foreach (var provider in options.Prompts)
        {
            if (await provider.CompleteAsync(room, name, argument, value, cancellationToken).ConfigureAwait(false) is { Count: > 0 } values)
            {
                return values;
            }
        }

        return [];
    }

    /// <summary>All prompts; of two of the same name the first.</summary>
    private async ValueTask<List<Prompt>> AllAsync(CancellationToken cancellationToken)
    {
        var all = new List<Prompt>();
        foreach (var provider in options.Prompts)
        {
            all.AddRange(await provider.ListAsync(room, cancellationToken).ConfigureAwait(false));
        }

        return [.. all.DistinctBy(static prompt => prompt.Name, StringComparer.Ordinal)];
    }
}
