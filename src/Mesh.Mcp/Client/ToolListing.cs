using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>What a server lists, read: the tools that are offered, and those that are not, with the reasons.</summary>
internal sealed class ToolListing
{
    private readonly Dictionary<string, string> _remoteNames = new(StringComparer.Ordinal);
    private readonly List<ImportedTool> _tools = [];
    private readonly List<McpSkippedTool> _skipped = [];

    private ToolListing()
    {
    }

    /// <summary>The tools, in the server's order, and after them those that read resources and prompts.</summary>
    public IReadOnlyList<ImportedTool> Tools => _tools;

    public IReadOnlyList<McpSkippedTool> Skipped => _skipped;

    /// <summary>Lists the tools of a server, page after page, no more of them than the options allow.</summary>
    /// <exception cref="MeshException">The server does not answer in time.</exception>
    public static async Task<ToolListing> ReadAsync(McpLink link, McpConnection connection, CancellationToken cancellationToken)
    {
        var listing = new ToolListing();
        connection.Gate.Unusable = null;
        using var timeout = new CancellationTokenSource(connection.Options.ConnectTimeout, connection.Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            if (connection.Client.ServerCapabilities.Tools is not null)
            {
                connection.Client.ClearKnownTools();
                await listing.ReadPagesAsync(link, connection, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new MeshException(McpClientErrors.ConnectTimeout(link.Name, connection.Options.ConnectTimeout));
        }
        catch (Exception exception) when (connection.Gate.Unusable is not null && exception is not OutOfMemoryException)
        {
            throw new MeshException(connection.Gate.Unusable, exception);
        }

        if (connection.Options.OffersResources)
        {
            foreach (var tool in ResourceTools.For(link, connection.Client.ServerCapabilities).Where(tool => listing._remoteNames.TryAdd(tool.Name, "")))
            {
                listing.Add(link, tool.Name, tool);
            }
        }

        return listing;
    }

    private async Task ReadPagesAsync(McpLink link, McpConnection connection, CancellationToken cancellationToken)
    {
        int most = connection.Options.MaxTools;
        JsonNode? cursor = null;

        // A page may be empty, but not for ever.
        for (int page = 0; page <= most; page++)
        {
            var request = new JsonRpcRequest { Method = RequestMethods.ToolsList, Params = cursor is null ? [] : new JsonObject { ["cursor"] = cursor.DeepClone() } };
            var response = await connection.Client.SendRequestAsync(request, cancellationToken).ConfigureAwait(false);
            var result = response.Result as JsonObject ?? throw new JsonException("tools/list answered with no object.");
            foreach (var listed in result["tools"] as JsonArray ?? throw new JsonException("tools/list answered without tools."))
            {
                if (_tools.Count + _skipped.Count >= most)
                {
                    LeaveOut("(further ones)", new(MeshErrorCode.TooLarge, string.Create(CultureInfo.InvariantCulture, $"The server lists more than {most} tools: the rest is left out."))
                    {
                        Remedy = "Allow more with McpToolkitOptions.MaxTools.",
                    });
                    return;
                }

                Add(link, connection, listed);
            }

            cursor = result["nextCursor"];
            if (cursor is null)
            {
                return;
            }
        }

        LeaveOut("(further ones)", new(MeshErrorCode.ProtocolError, "The server goes on listing pages without tools: the rest is left out."));
    }

    private void Add(McpLink link, McpConnection connection, JsonNode? listed)
    {
        try
        {
            var definition = McpToolReader.Read(listed, out string remoteName, out bool isWrapped, out var known);
            if (_remoteNames.TryGetValue(definition.Name, out string? other))
            {
                LeaveOut(remoteName, new(MeshErrorCode.NameTaken, other == remoteName
                    ? $"The server lists two tools named '{remoteName}'."
                    : $"'{remoteName}' and '{other}' would both be named '{definition.Name}' here."));
                return;
            }

            // Where parameters are to go as HTTP headers the SDK wants to know the tool, and refuses one that asks for a wrong one.
            connection.Client.AddKnownTools([known]);
            _remoteNames.Add(definition.Name, remoteName);
            Add(link, remoteName, new ListedTool(link, definition, remoteName, isWrapped));
        }
        catch (MeshException exception)
        {
            LeaveOut(McpToolReader.NameIn(listed), exception.Error);
        }
        catch (ArgumentException exception)
        {
            LeaveOut(McpToolReader.NameIn(listed), new(MeshErrorCode.InvalidDefinition, exception.Message));
        }
    }

    private void Add(McpLink link, string remoteName, ImportedTool tool)
    {
        if (link.Options.Configure is not { } configure)
        {
            _tools.Add(tool);
        }
        else if (configure(tool.Definition) is { } configured)
        {
            if (configured.Name != tool.Name)
            {
                throw new ArgumentException($"McpToolkitOptions.Configure renamed tool '{tool.Name}' to '{configured.Name}': a tool keeps its name.");
            }

            _tools.Add(tool.With(configured));
        }
        else
        {
            LeaveOut(remoteName, new(MeshErrorCode.NotGranted, $"Tool '{tool.Name}' is left out by McpToolkitOptions.Configure."));
        }
    }

    private void LeaveOut(string name, MeshError error) => _skipped.Add(new(name, error));
}
