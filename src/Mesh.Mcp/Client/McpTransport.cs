using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// The ways to an MCP server, for <see cref="McpToolkit.ConnectAsync"/>. Each keeps to the limits of
/// <see cref="McpToolkitOptions"/>, which transports of other makes cannot know.
/// </summary>
public static class McpTransport
{
    /// <summary>
    /// A program that speaks MCP over its standard input and output. Each connection starts it anew. When it is given up its input is
    /// closed, and what does not end within <see cref="StdioClientTransportOptions.ShutdownTimeout"/> is killed with all
    /// that it has started.
    /// </summary>
    /// <param name="options">The command, its arguments, environment and working directory. No shell stands between; on
    /// Windows a script is named with its extension, such as <c>npx.cmd</c>.</param>
    public static IClientTransport Stdio(StdioClientTransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ProcessTransport(options);
    }

    /// <summary>A program that speaks MCP over its standard input and output.</summary>
    /// <param name="command">The program.</param>
    /// <param name="arguments">Its arguments, each passed as it is.</param>
    public static IClientTransport Stdio(string command, params IEnumerable<string> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        return new ProcessTransport(new StdioClientTransportOptions { Command = command, Arguments = [.. arguments] });
    }

    /// <summary>A server at the other end of two streams, in this process or elsewhere. They serve one connection and are disposed with it.</summary>
    /// <param name="toServer">The stream that the server reads from.</param>
    /// <param name="fromServer">The stream that the server writes to.</param>
    /// <param name="name">A name for messages.</param>
    public static IClientTransport Streams(Stream toServer, Stream fromServer, string name = "streams")
    {
        ArgumentNullException.ThrowIfNull(toServer);
        ArgumentNullException.ThrowIfNull(fromServer);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new StreamsTransport(toServer, fromServer, name);
    }

    /// <summary>
    /// A server in this process, such as a room: messages are handed over as objects, and never become bytes. Each connection begins a
    /// session of its own.
    /// </summary>
    /// <remarks>
    /// Each side gets a copy of what the other one sends, and owns it: it may keep and change it. A side that has 1,024 messages unread makes
    /// the other one wait. <see cref="McpToolkitOptions.MaxMessageBytes"/> does not count here, because nothing has a size
    /// before it is in the memory of this process.
    /// </remarks>
    /// <param name="serve">Serves a session until its transport ends or its token is cancelled, such as
    /// <see cref="RoomMcpServer.RunAsync(ITransport, CancellationToken)"/>. When it returns or throws, the connection is lost. When the connection is given up it is
    /// told by the end of its messages and by its token, and has 5 s to return. Called on the thread pool, outside of any call.</param>
    /// <param name="name">A name for messages.</param>
    /// <example><code>
    /// await using var server = await RoomMcpServer.JoinAsync(mesh, "desk", "visitor");
    /// await using var desk = await McpToolkit.ConnectAsync("desk", McpTransport.InMemory(server.RunAsync));
    /// </code></example>
    public static IClientTransport InMemory(Func<ITransport, CancellationToken, Task> serve, string name = "memory")
    {
        ArgumentNullException.ThrowIfNull(serve);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new InMemoryTransport(serve, name);
    }

    /// <summary>
    /// A server at an address that the host's own code or configuration names. Any address is connected to, also in the
    /// host's own network; for one that somebody else has named use <see cref="PublicHttp"/>. Redirects are not followed.
    /// </summary>
    /// <param name="options">The address, headers, and OAuth.</param>
    public static IClientTransport Http(HttpClientTransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new HttpTransport(options, guard: null);
    }

    /// <summary>
    /// A server at an address that a participant has named, and that the host does not vouch for. It must be <c>https</c> and on
    /// the public internet: loopback, private, link-local and other special addresses are refused, whatever name stands for
    /// them and whenever it does; redirects are not followed, and no proxy is used. The same holds for the addresses to which the
    /// server's own authorization leads.
    /// </summary>
    /// <param name="options">The address, headers, and OAuth. Put no secret of the host's in it: it goes to that server.</param>
    /// <exception cref="MeshException">The address is not <c>https</c>, or is a special address itself (<see cref="MeshErrorCode.NotGranted"/>).</exception>
    public static IClientTransport PublicHttp(HttpClientTransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        PublicAddresses.CheckEndpoint(options.Endpoint);
        return new HttpTransport(options, PublicAddresses.Guard);
    }
}
