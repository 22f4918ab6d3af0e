using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>What a client can be asked for in the middle of a call.</summary>
[Flags]
internal enum ClientMeans
{
    None = 0,

    /// <summary>Its person, with a form.</summary>
    Elicitation = 1,

    /// <summary>Its model.</summary>
    Sampling = 2,

    /// <summary>The places that it works in.</summary>
    Roots = 4,

    /// <summary>To come back later for the result of a call that takes long: the extension for tasks, since 2026-07-28.</summary>
    Tasks = 8,
}

/// <summary>Client means as the protocol names them.</summary>
/// <remarks>The SDK marks its own types for sampling and roots as obsolete, for what comes after 2026-07-28. Revisions that are served have them, so they are named here.</remarks>
internal static class ClientMeansNames
{
    public const string Sample = "sampling/createMessage";
    public const string ListRoots = "roots/list";

    /// <summary>What the extension for tasks is called where it is declared.</summary>
    public const string TaskExtension = "io.modelcontextprotocol/tasks";

    /// <summary>Of the details of a failure: what the client would have had to declare.</summary>
    public const string Required = "requiredCapabilities";

    /// <summary>What a client can do that has sent a request of revision 2026-07-28, which says so itself.</summary>
    public static ClientMeans Declared(JsonRpcRequest request) => Of((request.Params as JsonObject)?["_meta"]?[McpRevisions.CapabilitiesKey] as JsonObject);

    /// <summary>What a client can do that has declared capabilities.</summary>
    public static ClientMeans Of(JsonObject? declared)
    {
        if (declared is null || declared.Count == 0)
        {
            return ClientMeans.None;
        }

        // What says neither form nor URL is a form: so it was before there were URLs.
        bool elicits = declared["elicitation"] is JsonObject elicitation && (elicitation["form"] is JsonObject || elicitation["url"] is null);
        return (elicits ? ClientMeans.Elicitation : ClientMeans.None)
            | (declared["sampling"] is JsonObject ? ClientMeans.Sampling : ClientMeans.None)
            | (declared["roots"] is JsonObject ? ClientMeans.Roots : ClientMeans.None)
            | ((declared["extensions"] as JsonObject)?[TaskExtension] is JsonObject ? ClientMeans.Tasks : ClientMeans.None);
    }

    /// <summary>The details of a failure for want of one means.</summary>
    public static JsonElement RequiredDetails(ClientMeans one) => JsonElement.Parse($$"""{ "{{Required}}": { "{{NameOf(one)}}": { } } }""");

    /// <summary>The name of one means among a client's capabilities.</summary>
    public static string NameOf(ClientMeans one) => one switch
    {
        ClientMeans.Elicitation => "elicitation",
        ClientMeans.Sampling => "sampling",
        _ => "roots",
    };
}
