namespace Mesh.Mcp.Conformance;

/// <summary>Tools by which the suite makes the room change, and is told of it.</summary>
internal static class ChangingTools
{
    public static RoomService Service { get; } = new("changes", async (room, cancellationToken) =>
        await room.Toolkits.RegisterAsync(
            Toolkit.Create(
                "test",
                Tool.Create("trigger_tool_change", () => ChangeAsync(room, rules: null), new() { Description = "Changes the list of tools." }),
                Tool.Create("trigger_prompt_change", () => ChangeAsync(room, "Never mind."), new() { Description = "Changes the lists of tools and prompts." })),
            cancellationToken: cancellationToken));

    /// <summary>Offers a toolkit for a moment; the rules of a toolkit are a prompt.</summary>
    private static async Task<string> ChangeAsync(RoomClient room, string? rules)
    {
        await using (await room.Toolkits.RegisterAsync(new Toolkit("passing", Tool.Create("nothing", () => "")) { Rules = rules }))
        {
            return "Changed.";
        }
    }
}
