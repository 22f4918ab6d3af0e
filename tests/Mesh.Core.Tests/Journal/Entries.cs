using System.Text.Json;

namespace Mesh.Core.Tests.Journal;

/// <summary>Entries to append.</summary>
internal static class Entries
{
    public static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static MeshId Id(int number) => new(7, (ulong)number);

    public static JournalEntry Call(int number, int parent = 0, int root = 0) => new()
    {
        CallId = Id(number),
        ParentId = parent == 0 ? default : Id(parent),
        RootId = Id(root == 0 ? number : root),
        Room = "den",
        Caller = "bob",
        Target = "a/b",
        ContractHash = "c0ffee",
        StartedAt = Noon,
        Attempt = 1,
    };

    public static JournalEntry Event(int number, string kind = "tick", string payload = "{}") =>
        JournalEntry.OfEvent("den", new RoomEvent(Id(100), number, Noon, kind, JsonElement.Parse(payload)));
}
