using System.Text.Json;
using Mesh.Mcp;
using ModelContextProtocol.Client;

namespace McpGateway;

/// <summary>What the gateway is told: by its arguments, and by a file that they name.</summary>
/// <param name="Servers">The ways to the servers, by their names.</param>
/// <param name="Tools">The tools that are granted, as patterns such as <c>files/read_*</c>; null for those that change nothing.</param>
/// <param name="Address">Where it is served over HTTP; null for standard input and output.</param>
internal sealed record Settings(IReadOnlyDictionary<string, IClientTransport> Servers, IReadOnlyList<string>? Tools, string? Address)
{
    private const string Here = "http://127.0.0.1:5400";

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>Reads them; null when they cannot be used, which it says.</summary>
    public static Settings? Read(string[] args)
    {
        int http = Array.IndexOf(args, "--http");
        string[] files = http < 0 ? args : args[..http];
        string[] addresses = http < 0 ? [] : args[(http + 1)..];
        if (files.Length > 1 || addresses.Length > 1)
        {
            return Refuse("usage: McpGateway [SERVERS.json] [--http [ADDRESS]]");
        }

        string? address = http < 0 ? null : addresses is [var given] ? given : Here;
        if (files.Length == 0)
        {
            return new(new Dictionary<string, IClientTransport> { ["home"] = Sample(), ["work"] = Sample() }, null, address);
        }

        try
        {
            var file = JsonSerializer.Deserialize<ServersFile>(File.ReadAllText(files[0]), Web);
            if (file?.Tools?.Any(string.IsNullOrEmpty) == true)
            {
                return Refuse($"'{files[0]}' has an empty name among its \"tools\".");
            }

            return file?.McpServers is { Count: > 0 } servers
                ? new(servers.ToDictionary(static each => each.Key, static each => each.Value.ToTransport(each.Key)), file.Tools, address)
                : Refuse($"'{files[0]}' has no \"mcpServers\".");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            return Refuse($"'{files[0]}' cannot be used: {exception.Message}");
        }
    }

    /// <summary>The other sample, from beside this program, with the libraries of this one.</summary>
    private static IClientTransport Sample()
    {
        string here = Path.Combine(AppContext.BaseDirectory, nameof(McpGateway));
        return McpTransport.Stdio(
            "dotnet", "exec", "--runtimeconfig", $"{here}.runtimeconfig.json", "--depsfile", $"{here}.deps.json", Path.Combine(AppContext.BaseDirectory, "McpServer.dll"));
    }

    private static Settings? Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return null;
    }

    private sealed record ServersFile(Dictionary<string, ServerEntry>? McpServers, string[]? Tools);

    /// <summary>One server, as MCP clients are told of theirs: a command, or an address.</summary>
    private sealed record ServerEntry(string? Command, string[]? Args, Dictionary<string, string?>? Env, Uri? Url, Dictionary<string, string>? Headers)
    {
        public IClientTransport ToTransport(string name) => this switch
        {
            { Command: { Length: > 0 } command, Url: null } => McpTransport.Stdio(new StdioClientTransportOptions { Name = name, Command = command, Arguments = Args ?? [], EnvironmentVariables = Env }),
            { Url: { IsAbsoluteUri: true } url, Command: null } => McpTransport.Http(new() { Name = name, Endpoint = url, AdditionalHeaders = Headers }),
            _ => throw new ArgumentException($"Server '{name}' needs either a \"command\" or a \"url\"."),
        };
    }
}
