using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// A tool of an MCP server as a tool of a room: a call of it is one request to the server, whichever connection to it
/// there is at the time. The subclasses differ in the request that they make and in how they read its result.
/// </summary>
internal abstract class ImportedTool : Tool
{
    private protected ImportedTool(McpLink link, ToolDefinition definition)
        : base(definition) => Link = link;

    protected McpLink Link { get; }

    /// <summary>What the tool is called in messages.</summary>
    public string Label => $"Tool '{Link.Name}/{Name}'";

    /// <summary>Whether calling it has no effect, or no further one: then nothing is unknown when its server is lost.</summary>
    public bool HasNoEffect => Definition.Annotations is { ReadOnly: true } or { Idempotent: true };

    /// <summary>The method that is called at the server.</summary>
    public abstract string Method { get; }

    /// <summary>The parameters of the request.</summary>
    public abstract JsonObject WriteParameters(JsonElement arguments);

    /// <summary>The same tool under another definition.</summary>
    public abstract ImportedTool With(ToolDefinition definition);

    /// <summary>Reads the result.</summary>
    /// <exception cref="ToolException">The tool has failed.</exception>
    public abstract ValueTask<ToolResponse> ReadAsync(JsonNode? result, CallContext context);

    protected override async ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) =>
        await Link.Connection(this).CallAsync(this, arguments, context).ConfigureAwait(false);

    /// <summary>
    /// The arguments as a node of their own memory: they are written after this method has returned, perhaps when the
    /// caller has given up and disposed what they were read from.
    /// </summary>
    protected static JsonObject Own(JsonElement arguments) => JsonObject.Create(arguments.Clone()) ?? [];
}

/// <summary>A tool that the server lists.</summary>
internal sealed class ListedTool(McpLink link, ToolDefinition definition, string remoteName, bool isWrapped) : ImportedTool(link, definition)
{
    public override string Method => RequestMethods.ToolsCall;

    /// <summary>Its name at the server, which need not be one that a room allows.</summary>
    public string RemoteName => remoteName;

    public override JsonObject WriteParameters(JsonElement arguments) => new() { ["name"] = remoteName, ["arguments"] = Own(arguments) };

    public override ImportedTool With(ToolDefinition definition) => new ListedTool(Link, definition, remoteName, isWrapped);

    public override ValueTask<ToolResponse> ReadAsync(JsonNode? result, CallContext context) =>
        CallResultReader.ReadAsync(this, McpClientJson.Read(result, McpClientJson.CallToolResult), isWrapped, context);
}
