using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>
/// What a participant may do. A section that is absent (null) is denied as a whole, an empty <see cref="AllowList"/>
/// allows nothing, and what is unrestricted is spelled out as <c>["*"]</c>. Immutable, compared by content; change
/// one with <c>with</c>.
/// </summary>
/// <remarks>
/// There is one canonical JSON form (<see cref="ToJson"/>): sections in the order below with all their members, absent
/// sections left out, lists in ordinal order, no white space. The tokens and the cost of a budget, which earlier texts do not
/// know, are there only where they are set. Two grants are equal exactly if these texts are.
/// </remarks>
public sealed record Grants
{
    /// <summary>Agents, toolkits and tools.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgentGrants? Agents { get; init; }

    /// <summary>Queues.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public QueueGrants? Queues { get; init; }

    /// <summary>Messages, and who is in the room.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessagingGrants? Messaging { get; init; }

    /// <summary>Tables.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DatabaseGrants? Database { get; init; }

    /// <summary>Sync documents.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DocumentGrants? Documents { get; init; }

    /// <summary>Files.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StorageGrants? Storage { get; init; }

    /// <summary>State keys.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StateGrants? State { get; init; }

    /// <summary>Secrets.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SecretGrants? Secrets { get; init; }

    /// <summary>The room's services.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ServiceGrants? Services { get; init; }

    /// <summary>The room's log.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DeveloperGrants? Developer { get; init; }

    /// <summary>Other participants.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AdminGrants? Admin { get; init; }

    /// <summary>Language models.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LlmGrants? Llm { get; init; }

    /// <summary>
    /// The ceiling for all that the participant calls while it is in the room. It is not a right but a limit: when it
    /// is absent, only the limits of the room and the host hold.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Budget? Budget { get; init; }

    /// <summary>Nothing at all.</summary>
    public static Grants None { get; } = new();

    /// <summary>
    /// For people: use every agent and tool, offer private toolkits (such as the tools of their own device), messages,
    /// documents, files, state and queues; no secrets, services, logs or rights over others.
    /// </summary>
    public static Grants UserDefault { get; } = new()
    {
        Agents = new() { RegisterPrivateToolkit = true, Call = true, UseAgents = true, UseTools = true, Tools = AllowList.All },
        Queues = new() { Send = AllowList.All, Receive = AllowList.All, List = true },
        Messaging = new() { Send = true, Broadcast = true, List = true },
        Database = new() { Read = AllowList.All, Write = AllowList.All, List = true },
        Documents = new() { Paths = AllowList.All },
        Storage = new() { Paths = AllowList.All },
        State = new() { Keys = AllowList.All },
        Services = new() { List = true },
        Llm = new() { Models = AllowList.All },
    };

    /// <summary>For agents: what people may, and register agents and toolkits, alter tables, and write to the log.</summary>
    public static Grants AgentDefault { get; } = UserDefault with
    {
        Agents = new()
        {
            RegisterAgent = true,
            RegisterPublicToolkit = true,
            RegisterPrivateToolkit = true,
            Call = true,
            UseAgents = true,
            UseTools = true,
            Tools = AllowList.All,
        },
        Database = new() { Read = AllowList.All, Write = AllowList.All, Alter = AllowList.All, List = true },
        Developer = new() { Logs = true },
    };

    /// <summary>For providers of tools: offer toolkits, see who is in the room, write to the log. They call nothing.</summary>
    public static Grants ToolDefault { get; } = new()
    {
        Agents = new() { RegisterPublicToolkit = true, RegisterPrivateToolkit = true },
        Messaging = new() { Send = true, List = true },
        Developer = new() { Logs = true },
    };

    /// <summary>Everything.</summary>
    public static Grants Full { get; } = AgentDefault with
    {
        Secrets = new() { Read = AllowList.All, Write = AllowList.All },
        Services = new() { List = true, Manage = true },
        Admin = new() { RemoveParticipants = true, ChangeGrants = true },
    };

    /// <summary>The canonical JSON form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, GrantsJsonContext.Default.Grants);

    /// <summary>Reads grants from their JSON form. Sections and members may come in any order; unknown ones are refused.</summary>
    /// <param name="json">The JSON text.</param>
    /// <exception cref="MeshException">The text is malformed or names a section or member that does not exist
    /// (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static Grants FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize(json, GrantsJsonContext.Default.Grants)
                ?? throw new JsonException("Grants are a JSON object.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new MeshException(
                new MeshError(MeshErrorCode.InvalidDefinition, $"The grants are not valid: {exception.Message}")
                {
                    Remedy = "See the Grants type for the sections and their members.",
                },
                exception);
        }
    }

    /// <summary>The canonical JSON form.</summary>
    public override string ToString() => ToJson();
}

/// <summary>The serialisation of <see cref="Grants"/>: strict when read, canonical when written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(Grants))]
internal sealed partial class GrantsJsonContext : JsonSerializerContext;
