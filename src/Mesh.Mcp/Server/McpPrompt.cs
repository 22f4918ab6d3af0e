using System.Collections.ObjectModel;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>A prompt of the host's own. Immutable; give several as <see cref="McpPrompts"/>.</summary>
/// <param name="definition">What clients see of it.</param>
/// <param name="get">Makes it with arguments: all that are required are there.</param>
public sealed class McpPrompt(Prompt definition, Func<IReadOnlyDictionary<string, JsonElement>, CancellationToken, ValueTask<GetPromptResult>> get)
{
    /// <summary>What clients see of it.</summary>
    public Prompt Definition { get; } = definition ?? throw new ArgumentNullException(nameof(definition));

    /// <summary>The values that arguments may have, by their names, for clients to complete. None by default.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Values { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); }
        = new Dictionary<string, IReadOnlyList<string>>();

    internal Func<IReadOnlyDictionary<string, JsonElement>, CancellationToken, ValueTask<GetPromptResult>> Get { get; } =
        get ?? throw new ArgumentNullException(nameof(get));

    /// <summary>A prompt of one text.</summary>
    /// <param name="name">The name.</param>
    /// <param name="description">What it is for, or null.</param>
    /// <param name="text">The text, said in the person's name.</param>
    public static McpPrompt FromText(string name, string? description, string text) => new(
        new() { Name = name, Description = description },
        (_, _) => new(new GetPromptResult
        {
            Description = description,
            Messages = [new() { Role = Role.User, Content = new TextContentBlock { Text = text } }],
        }));
}

/// <summary>Prompts of the host's own.</summary>
/// <param name="prompts">The prompts, no two of the same name.</param>
public sealed class McpPrompts(params IEnumerable<McpPrompt> prompts) : IMcpPromptProvider
{
    private readonly McpPrompt[] _prompts = [.. prompts];

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Prompt>> ListAsync(RoomClient room, CancellationToken cancellationToken) =>
        new([.. _prompts.Select(static prompt => prompt.Definition)]);

    /// <inheritdoc/>
    public async ValueTask<GetPromptResult?> GetAsync(RoomClient room, GetPromptRequestParams request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Find(request.Name) is { } prompt
            ? await prompt.Get(request.Arguments?.AsReadOnly() ?? ReadOnlyDictionary<string, JsonElement>.Empty, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> CompleteAsync(
        RoomClient room, string name, string argument, string value, CancellationToken cancellationToken) =>
        new(Find(name)?.Values.GetValueOrDefault(argument) is { } values
            ? [.. values.Where(each => each.StartsWith(value, StringComparison.OrdinalIgnoreCase))]
            : []);

    private McpPrompt? Find(string name) => Array.Find(_prompts, prompt => prompt.Definition.Name == name);
}
