using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>What clients are told to list again.</summary>
[Flags]
internal enum ChangeKinds
{
    None = 0,
    Tools = 1,
    Prompts = 2,
    Resources = 4,
}

/// <summary>Change kinds as MCP names them.</summary>
internal static class ChangeKindNames
{
    private static readonly (ChangeKinds Kind, string Method)[] Methods =
    [
        (ChangeKinds.Tools, NotificationMethods.ToolListChangedNotification),
        (ChangeKinds.Prompts, NotificationMethods.PromptListChangedNotification),
        (ChangeKinds.Resources, NotificationMethods.ResourceListChangedNotification),
    ];

    public static IEnumerable<string> Notifications(ChangeKinds kinds) => Methods.Where(each => kinds.HasFlag(each.Kind)).Select(static each => each.Method);
}
