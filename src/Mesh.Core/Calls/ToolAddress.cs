using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>
/// Where a call goes: <c>toolkit/tool</c>, or <c>toolkit/tool@participant</c> for one participant's registration.
/// Strings convert to it implicitly; whether a tool is there is found out when it is called.
/// </summary>
[JsonConverter(typeof(ToolAddressJsonConverter))]
[JsonSchema("""{"type":"string"}""")]
public readonly record struct ToolAddress
{
    private readonly string? _path;

    /// <summary>An address of its text.</summary>
    /// <param name="text"><c>toolkit/tool</c> or <c>toolkit/tool@participant</c>.</param>
    public ToolAddress(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.IndexOf('@', StringComparison.Ordinal);
        _path = at < 0 ? text : text[..at];
        Participant = at < 0 ? null : text[(at + 1)..];
    }

    /// <summary>An address of its parts.</summary>
    /// <param name="toolkit">The toolkit's name.</param>
    /// <param name="tool">The tool's name.</param>
    /// <param name="participant">The participant that shall serve it, or null for any.</param>
    public ToolAddress(string toolkit, string tool, string? participant = null)
    {
        _path = $"{toolkit}/{tool}";
        Participant = participant;
    }

    private ToolAddress(string path, string? participant)
    {
        _path = path;
        Participant = participant;
    }

    /// <summary><c>toolkit/tool</c>.</summary>
    public string Path => _path ?? "";

    /// <summary>The participant that shall serve the call, or null for any that offers the tool.</summary>
    public string? Participant { get; }

    /// <summary>The toolkit's name; empty when the text has no slash.</summary>
    public string Toolkit => Path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? Path[..slash] : "";

    /// <summary>The tool's name.</summary>
    public string Tool => Path[(Path.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>Whether it is the address of an agent.</summary>
    internal bool IsAgent => Path.StartsWith(Names.AgentToolkit + "/", StringComparison.Ordinal);

    /// <summary>What it is the address of, for messages: <c>Tool 'weather/forecast'</c>, or <c>Agent 'nlp.summarizer'</c>.</summary>
    internal string Label => IsAgent ? $"Agent '{new AgentAddress(Tool, Participant)}'" : $"Tool '{this}'";

    /// <summary>The address of a text.</summary>
    /// <param name="text"><c>toolkit/tool</c> or <c>toolkit/tool@participant</c>.</param>
    public static implicit operator ToolAddress(string text) => new(text);

    /// <summary>The address of a text; what the implicit conversion does.</summary>
    /// <param name="text"><c>toolkit/tool</c> or <c>toolkit/tool@participant</c>.</param>
    public static ToolAddress FromString(string text) => new(text);

    /// <summary>An address of a path that is known to be one, and the participant.</summary>
    internal static ToolAddress OfPath(string path, string? participant) => new(path, participant);

    /// <summary>The address, cut where its text is longer than so many characters.</summary>
    internal ToolAddress Shortened(int most) => Path.Length + (Participant?.Length ?? 0) <= most
        ? this
        : new(ShownText.Cut(ToString(), most));

    /// <summary>The text of the address.</summary>
    public override string ToString() => Participant is null ? Path : $"{Path}@{Participant}";
}

/// <summary>Writes a <see cref="ToolAddress"/> as its text.</summary>
internal sealed class ToolAddressJsonConverter : JsonConverter<ToolAddress>
{
    public override ToolAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, ToolAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
