using System.Globalization;
using System.Text.Json;

namespace Mesh;

/// <summary>A room's event on one line. Payloads may come from anywhere: what is not as its kind says is left out.</summary>
internal static class JournalEventText
{
    public static string Of(RoomEvent e)
    {
        if (e.Kind == RoomEventKinds.Lagged)
        {
            return string.Create(CultureInfo.InvariantCulture, $"● {e.Kind}: {e.Lagged:N0} missing");
        }

        string? name = RoomEventData.NameIn(e);
        string detail = e.Kind switch
        {
            RoomEventKinds.ParticipantJoined or RoomEventKinds.ParticipantChanged => $"{name} ({Text(e, "role")})",
            RoomEventKinds.ParticipantLeft => $"{name} ({Text(e, "reason")})",
            RoomEventKinds.ToolkitRegistered or RoomEventKinds.ToolkitUnregistered => $"{Text(e, "toolkit")} of {name} ({Tools(e)})",
            RoomEventKinds.AgentRegistered or RoomEventKinds.AgentUnregistered or RoomEventKinds.AgentFailed => $"{Text(e, "agent")} of {name}",
            RoomEventKinds.ServiceFailed => Text(e, "service"),
            _ => name ?? "",
        };
        return detail.Length == 0 ? $"● {e.Kind}" : $"● {e.Kind} {detail}";
    }

    private static string Text(RoomEvent e, string member) => RoomEventData.Text(RoomEventData.Member(e.Payload, member)) ?? "?";

    private static string Tools(RoomEvent e) => RoomEventData.Member(e.Payload, "tools") is { ValueKind: JsonValueKind.Array } tools
        ? string.Join(", ", tools.EnumerateArray().Select(tool => RoomEventData.Text(tool) ?? "?"))
        : "?";
}
