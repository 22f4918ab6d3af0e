using System.Buffers;
using System.Text;

namespace Mesh;

/// <summary>The grammar of every name, in one place.</summary>
internal static class Names
{
    /// <summary>The toolkit whose tools are the agents of the room; nobody can register another under it.</summary>
    public const string AgentToolkit = "agents";

    private static readonly SearchValues<char> RoomChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly SearchValues<char> ToolChars =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

    public static void CheckRoom(string name) => Check(
        "Room", name, name is { Length: > 0 and <= 63 } && !name.AsSpan().ContainsAnyExcept(RoomChars),
        "A room's name is 1 to 63 lower-case letters, digits and hyphens.");

    public static void CheckTool(string name) => Check(
        "Tool", name, name is { Length: > 0 and <= 64 } && !name.AsSpan().ContainsAnyExcept(ToolChars),
        "A tool's name is 1 to 64 letters, digits, '_', '-' and '.'.");

    public static void CheckToolkit(string name) => Check(
        "Toolkit", name, name is { Length: > 0 and <= 64 } && !name.AsSpan().ContainsAnyExcept(ToolChars) && !BuiltInToolkits.IsReserved(name),
        "A toolkit's name is 1 to 64 letters, digits, '_', '-' and '.'; 'room', 'agents', 'state' and 'queues' are taken by the room itself.");

    public static void CheckAgent(string name) => Check(
        "Agent", name, name is { Length: > 0 and <= 64 } && !name.AsSpan().ContainsAnyExcept(ToolChars) && HasNoEmptySegment(name),
        "An agent's name is 1 to 64 letters, digits, '_' and '-', in segments that are divided by '.', such as 'nlp.summarizer'.");

    public static void CheckParticipant(string name) => Check(
        "Participant", name, name is { Length: > 0 and <= 128 } && !HasControlOrEdgeSpace(name) && IsWellFormed(name),
        "A participant's name is 1 to 128 characters of well-formed text without control characters or spaces at its ends.");

    private static bool HasNoEmptySegment(string name) =>
        name[0] != '.' && name[^1] != '.' && !name.Contains("..", StringComparison.Ordinal);

    private static bool HasControlOrEdgeSpace(string name) =>
        char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]) || name.Any(char.IsControl);

    /// <summary>Half of a surrogate pair is no text: as JSON it would come back as something else.</summary>
    private static bool IsWellFormed(string name)
    {
        for (var rest = name.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out int length) != OperationStatus.Done)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }

    private static void Check(string what, string name, bool wellFormed, string remedy)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!wellFormed)
        {
            throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, $"{what} name '{ShownText.Cut(name)}' is malformed.")
            {
                Remedy = remedy,
            });
        }
    }
}
