using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using McpTool = ModelContextProtocol.Protocol.Tool;

namespace Mesh.Mcp;

/// <summary>
/// MCP's tools as definitions. What a definition has no member for stays in its metadata, as it came: under <c>mcp</c>
/// there is the listed tool without its schemas and its description, so that it can be listed again as it was.
/// </summary>
internal static class McpToolReader
{
    /// <summary>The name in <see cref="ToolDefinition.Metadata"/> under which the listed tool is kept.</summary>
    public const string MetadataName = "mcp";

    private const int MostNameLength = 64;
    private const string NoName = "(without a name)";

    /// <summary>The definition of a listed tool.</summary>
    /// <param name="listed">The tool as the server lists it.</param>
    /// <param name="remoteName">Its name at the server.</param>
    /// <param name="isWrapped">Whether its results are the property of an object that Mesh has put around them.</param>
    /// <param name="known">The tool as the SDK reads it.</param>
    /// <exception cref="MeshException">It is malformed, or a schema cannot be compiled.</exception>
    public static ToolDefinition Read(JsonNode? listed, out string remoteName, out bool isWrapped, out McpTool known)
    {
        known = Parse(listed);
        remoteName = known.Name;
        isWrapped = known.Meta?[MetaNames.Root] is JsonValue mark && mark.TryGetValue(out string? property) && property == SchemaRoots.Property
            && known.OutputSchema is not null;
        var definition = new ToolDefinition
        {
            Name = NameOf(remoteName),
            Title = known.Title ?? known.Annotations?.Title,
            Description = known.Description,
            InputSchema = known.InputSchema,
            OutputSchema = isWrapped ? SchemaRoots.Unwrap(known.OutputSchema!.Value) : known.OutputSchema,
            Annotations = Read(known.Annotations),
            ThumbnailUrl = PictureOf(known.Icons),
            Metadata = Keep((JsonObject)listed!),
        };
        CompiledSchema.Compile(definition.InputSchema);
        if (definition.OutputSchema is { } output)
        {
            CompiledSchema.Compile(output);
        }

        return definition;
    }

    /// <summary>The name of a tool that could not be read, for a report.</summary>
    public static string NameIn(JsonNode? listed)
    {
        try
        {
            return listed is JsonObject tool && tool["name"] is JsonValue value && value.TryGetValue(out string? name) ? name : NoName;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It names one property twice, or has text that is none, which may be what is to be reported.
            return NoName;
        }
    }

    /// <summary>
    /// The name that a tool has here. What a room does not allow in a name becomes <c>_</c>, and a longer one is cut and marked
    /// with its hash, so that it stays the same at every listing.
    /// </summary>
    public static string NameOf(string remoteName)
    {
        string name = string.Create(remoteName.Length, remoteName, static (name, from) =>
        {
            for (int i = 0; i < name.Length; i++)
            {
                name[i] = char.IsAsciiLetterOrDigit(from[i]) || from[i] is '_' or '-' or '.' ? from[i] : '_';
            }
        });
        return name.Length <= MostNameLength ? name
            : string.Create(CultureInfo.InvariantCulture, $"{name.AsSpan(0, MostNameLength - 9)}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(remoteName))).AsSpan(0, 8)}");
    }

    private static McpTool Parse(JsonNode? listed)
    {
        try
        {
            var tool = McpClientJson.Read(listed as JsonObject, McpClientJson.Tool);
            return tool.Name.Length == 0 ? throw Malformed(NoName, "it has no name", null)
                : (listed!["execution"] as JsonObject)?["taskSupport"] is JsonValue support && support.TryGetValue(out string? text) && text == "required"
                    ? throw Malformed(tool.Name, "it is served only as a task, which is not understood here", null)
                : tool;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            throw Malformed(NameIn(listed), exception.Message, exception);
        }
    }

    private static MeshException Malformed(string name, string reason, Exception? cause) =>
        new(new MeshError(MeshErrorCode.InvalidDefinition, $"The server lists a tool '{name}' that cannot be offered: {reason}"), cause);

    /// <summary>The picture that stands for a tool: the first icon that is on the web.</summary>
    public static Uri? PictureOf(IEnumerable<Icon>? icons) =>
        icons?.Select(static icon => PictureAt(icon.Source)).FirstOrDefault(static picture => picture is not null);

    /// <summary>What a tool says of its effects; what it leaves open is as the protocol has it.</summary>
    public static ToolAnnotations Read(ModelContextProtocol.Protocol.ToolAnnotations? annotations) => annotations is null ? ToolAnnotations.Default : new()
    {
        ReadOnly = annotations.ReadOnlyHint ?? ToolAnnotations.Default.ReadOnly,
        Destructive = annotations.DestructiveHint ?? ToolAnnotations.Default.Destructive,
        Idempotent = annotations.IdempotentHint ?? ToolAnnotations.Default.Idempotent,
        OpenWorld = annotations.OpenWorldHint ?? ToolAnnotations.Default.OpenWorld,
    };

    private static Uri? PictureAt(string source) =>
        Uri.TryCreate(source, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) ? uri : null;

    private static JsonElement Keep(JsonObject listed)
    {
        var kept = new JsonObject();
        foreach (var (name, value) in listed)
        {
            if (name is not ("inputSchema" or "outputSchema" or "description"))
            {
                kept[name] = value?.DeepClone();
            }
        }

        return JsonElement.Parse(new JsonObject { [MetadataName] = kept }.ToJsonString());
    }
}
