using System.Collections.Concurrent;
using System.ComponentModel;
using Mesh;
using Mesh.Mcp;
using ModelContextProtocol.Server;

// A room of notes as an MCP server over standard input and output: an MCP client starts this program and talks to it.
// What people read goes to standard error, since standard output belongs to the protocol.
await using var mesh = new MeshHost();
await using var desk = await mesh.JoinAsync("desk", "desk", Grants.AgentDefault, new() { Role = ParticipantRole.Agent });
await desk.Toolkits.RegisterAsync(Notes.Toolkit);
await desk.Agents.RegisterAsync(Agent.Create("text.shorten", (string text) => text.Length <= 40 ? text : text[..40] + "…", new()
{
    Description = "Shortens a text to its first 40 characters.",
}));

// The client is a participant like any other: it sees and calls what its grants cover, and what asks for an approval asks
// the person who sits before it. The keys of the room's state are there to read as resources.
await using var server = await RoomMcpServer.JoinAsync(mesh, "desk", "client", Grants.UserDefault, options: new()
{
    Instructions = "A desk with notes on it.",
    Resources = [new McpStateResources()],
    Prompts = [new McpRulesPrompts(), new McpPrompts(McpPrompt.FromText("review", "Goes through the notes.", "List my notes, and tell me which of them are out of date."))],
    OnSkipped = error => Console.Error.WriteLine(error),
});
await Console.Error.WriteLineAsync("The desk is served on standard input and output; end it with the end of the input.");
await server.RunAsync(new StdioServerTransport("desk"));

/// <summary>The notes, and what may be done with them.</summary>
internal static class Notes
{
    private static readonly ConcurrentDictionary<string, string> All = new() { ["welcome"] = "Ask me to list, write or remove notes." };

    private static ToolOptions ReadOnly { get; } = new() { Annotations = new() { ReadOnly = true, OpenWorld = false } };

    private static ToolOptions Careful { get; } = new() { RequiresApproval = true, Annotations = new() { Destructive = true, OpenWorld = false } };

    public static Toolkit Toolkit { get; } = new("notes", Tool.Create("list", List, ReadOnly), Tool.Create("write", Write), Tool.Create("remove", Remove, Careful))
    {
        Rules = "Give notes short titles in lower case. Never remove a note that nobody asked you to remove.",
    };

    [Description("Lists all notes.")]
    private static IReadOnlyList<Note> List() => [.. All.Select(note => new Note(note.Key, note.Value)).OrderBy(note => note.Title, StringComparer.Ordinal)];

    [Description("Writes a note, in place of one of the same title.")]
    private static Note Write(string title, string text) => new(title, All[title] = text);

    [Description("Removes a note for good. A person is asked first.")]
    private static string Remove(string title) =>
        All.TryRemove(title, out _) ? $"Removed '{title}'." : throw new ToolException($"There is no note '{title}'.");
}

/// <summary>A note.</summary>
/// <param name="Title">What it is found by.</param>
/// <param name="Text">What it says.</param>
internal sealed record Note(string Title, string Text);
