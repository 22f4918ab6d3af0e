using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// The rules of the toolkits in a room, each as a prompt of the toolkit's name: for clients that do not show a model the
/// server's instructions, and for toolkits that came after those were given.
/// </summary>
public sealed class McpRulesPrompts : IMcpPromptProvider
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Prompt>> ListAsync(RoomClient room, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(room);
        return
        [
            .. (await ReadAsync(room, cancellationToken).ConfigureAwait(false)).Select(static each => new Prompt
            {
                Name = each.Toolkit.Name,
                Title = each.Toolkit.Title,
                Description = $"How the tools of '{each.Toolkit.Name}' are to be used.",
            }),
        ];
    }

    /// <inheritdoc/>
    public async ValueTask<GetPromptResult?> GetAsync(RoomClient room, GetPromptRequestParams request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(request);
        var found = (await ReadAsync(room, cancellationToken).ConfigureAwait(false)).Find(each => each.Toolkit.Name == request.Name);
        return found.Rules is null ? null : new()
        {
            Messages = [new() { Role = Role.User, Content = new TextContentBlock { Text = found.Rules } }],
        };
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> CompleteAsync(RoomClient room, string name, string argument, string value, CancellationToken cancellationToken) => new([]);

    private static async ValueTask<List<(ToolkitInfo Toolkit, string Rules)>> ReadAsync(RoomClient room, CancellationToken cancellationToken)
    {
        var toolkits = await room.Toolkits.ListAsync(null, cancellationToken).ConfigureAwait(false);
        return
        [
            .. from toolkit in toolkits.DistinctBy(static toolkit => toolkit.Name, StringComparer.Ordinal)
               let rules = ToolRules.Of([toolkit])
               where rules is not null
               select (toolkit, rules),
        ];
    }
}

/// <summary>What toolkits and their tools say about their use.</summary>
internal static class ToolRules
{
    /// <summary>The rules, each once, with an empty line in between; null where there are none.</summary>
    public static string? Of(IEnumerable<ToolkitInfo> toolkits)
    {
        string joined = string.Join("\n\n", toolkits
            .SelectMany(static toolkit => toolkit.Tools.Select(static tool => tool.Rules).Prepend(toolkit.Rules))
            .Where(static text => !string.IsNullOrWhiteSpace(text))
            .Distinct(StringComparer.Ordinal));
        return joined.Length == 0 ? null : joined;
    }
}
