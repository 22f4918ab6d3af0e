namespace Mesh;

/// <summary>The toolkits that every room has of itself, by the name that nobody else can register.</summary>
internal static class BuiltInToolkits
{
    /// <summary>What a participant of these grants can call of the room itself.</summary>
    public static IReadOnlyList<ToolkitInfo> ViewFor(Grants grants) =>
    [
        .. new[] { RoomToolkit.Instance, StateToolkit.Instance, QueuesToolkit.Instance }
            .Select(toolkit => toolkit.ViewFor(grants)).Where(static toolkit => toolkit.Tools.Count > 0),
    ];

    /// <summary>The tool of the room at an address; null for any other address.</summary>
    public static ToolInstance? Find(ToolAddress target) =>
        target.Participant is null && Of(target.Path) is { } toolkit ? toolkit.Find(target.Path) : null;

    /// <summary>The toolkit of a name; null when the room has none of itself.</summary>
    public static BuiltInToolkit? Named(string toolkit) => Of(toolkit + "/");

    /// <summary>Whether a toolkit's name is taken by the room itself.</summary>
    public static bool IsReserved(string toolkit) => toolkit is RoomToolkit.Name or StateToolkit.Name or QueuesToolkit.Name or Names.AgentToolkit;

    // Asked for every call: no more than a look at the first letters.
    private static BuiltInToolkit? Of(string path) =>
        path.StartsWith(RoomToolkit.Name + "/", StringComparison.Ordinal) ? RoomToolkit.Instance
        : path.StartsWith(QueuesToolkit.Name + "/", StringComparison.Ordinal) ? QueuesToolkit.Instance
        : path.StartsWith(StateToolkit.Name + "/", StringComparison.Ordinal) ? StateToolkit.Instance
        : null;
}
