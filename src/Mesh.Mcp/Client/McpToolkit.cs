using ModelContextProtocol.Client;

namespace Mesh.Mcp;

/// <summary>
/// An MCP server as a toolkit: its tools can be offered in any number of rooms, and are called there like all others,
/// checked, granted, approved and journaled by the room. Thread-safe. Dispose it to leave the server and to withdraw the toolkit everywhere.
/// </summary>
/// <remarks>
/// The connection is kept up: it is made again when it is lost, and tools that the server changes are offered as they are
/// then. A changed tool has another <see cref="ToolDefinition.DefinitionHash"/>, so that what was approved for the old one
/// does not count for it. What a tool is at its server beyond a room's terms (icons, <c>_meta</c>, and whatever else is listed)
/// is in <see cref="ToolDefinition.Metadata"/> under <c>mcp</c>.
/// </remarks>
/// <example><code>
/// await using var files = await McpToolkit.ConnectAsync("files", McpTransport.Stdio("npx", "-y", "@modelcontextprotocol/server-filesystem", "/data"));
/// await using var offered = await files.RegisterAsync(room);
/// var text = await room.Toolkits.InvokeAsync&lt;string&gt;("files/read_text_file", new { path = "/data/a.txt" });
/// </code></example>
public sealed class McpToolkit : IAsyncDisposable
{
    private readonly McpLink _link;
    private readonly Lock _gate = new();
    private readonly List<McpToolkitRegistration> _registrations = [];
    private volatile Toolkit? _toolkit;
    private bool _disposed;

    private McpToolkit(string name, IClientTransport transport, McpToolkitOptions options) =>
        _link = new(name, transport, options, new ServerRequests(options, options.Questions ?? McpQuestions.AskUser));

    /// <summary>The name under which the toolkit is offered.</summary>
    public string Name => _link.Name;

    /// <summary>What is known of the server now.</summary>
    public McpToolkitStatus Status => _link.Status;

    /// <summary>
    /// How many messages of the server were dropped until now: progress that came faster than it was read or for no call,
    /// notifications that nothing here reads, requests beyond what may be unanswered, and what was no message.
    /// </summary>
    public long DroppedMessages => _link.Dropped;

    /// <summary>The server's tools as they are now; null while it has none. Registering it by hand does not follow changes.</summary>
    public Toolkit? Toolkit => _toolkit;

    /// <summary>Connects to a server and lists its tools.</summary>
    /// <param name="name">The name of the toolkit: 1 to 64 letters, digits, <c>_</c>, <c>-</c> and <c>.</c></param>
    /// <param name="transport">The way to the server: see <see cref="McpTransport"/>, or any other of the SDK's.</param>
    /// <param name="options">Limits, reconnecting, and who answers what the server asks; null for the defaults.</param>
    /// <param name="cancellationToken">Gives the connecting up.</param>
    /// <returns>The toolkit, connected.</returns>
    /// <exception cref="MeshException">The server is not there, ended, or did not answer in time (<see cref="MeshErrorCode.Unavailable"/>;
    /// for a process the details hold its exit code and the last lines of its standard error), or may not be connected to
    /// (<see cref="MeshErrorCode.NotGranted"/>).</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    public static async Task<McpToolkit> ConnectAsync(
        string name, IClientTransport transport, McpToolkitOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(transport);
        var toolkit = new McpToolkit(name, transport, (options ?? new()).Validated());
        await toolkit._link.StartAsync(toolkit.OnToolsAsync, cancellationToken).ConfigureAwait(false);
        return toolkit;
    }

    /// <summary>
    /// Offers the server's tools in a room, and follows their changes. While the server has no tools nothing is offered;
    /// while it is gone its tools stay, and calls of them end with <see cref="MeshErrorCode.Unavailable"/>.
    /// </summary>
    /// <param name="room">The room, as the participant that offers them.</param>
    /// <param name="options">Who is to see them; null for everyone with the grant.</param>
    /// <param name="cancellationToken">Cancels the registering.</param>
    /// <returns>The registration; disposing it withdraws the tools from this room.</returns>
    /// <exception cref="MeshException">The room refuses the toolkit: see
    /// <see cref="ToolkitsClient.RegisterAsync(Toolkit, RegistrationOptions?, CancellationToken)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The toolkit is disposed.</exception>
    public async Task<McpToolkitRegistration> RegisterAsync(RoomClient room, RegistrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        var registration = new McpToolkitRegistration(this, room, options);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);

            // Those whose participant has left offer nothing any more, whether or not anybody disposes them.
            _registrations.RemoveAll(static each => each.HasEnded);
            _registrations.Add(registration);
        }

        try
        {
            await registration.StartAsync(cancellationToken).ConfigureAwait(false);
            return registration;
        }
        catch
        {
            Forget(registration);
            throw;
        }
    }

    /// <summary>Leaves the server, and withdraws the toolkit from all rooms. Calls that run end. Calling it again does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        McpToolkitRegistration[] registrations;
        lock (_gate)
        {
            _disposed = true;
            registrations = [.. _registrations];
        }

        foreach (var registration in registrations)
        {
            await registration.DisposeAsync().ConfigureAwait(false);
        }

        await _link.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>In how many rooms it is kept up to date, for tests.</summary>
    internal int RegistrationCount
    {
        get
        {
            lock (_gate)
            {
                return _registrations.Count;
            }
        }
    }

    internal void Forget(McpToolkitRegistration registration)
    {
        lock (_gate)
        {
            _registrations.Remove(registration);
        }
    }

    private async Task OnToolsAsync(McpConnection connection, ToolListing listing)
    {
        if (_toolkit is { } known && listing.Tools.Select(static tool => tool.Definition).SequenceEqual(known.Tools.Select(static tool => tool.Definition)))
        {
            return;
        }

        var identity = ServerIdentity.Of(connection.Client);
        _toolkit = listing.Tools.Count == 0 ? null : new Toolkit(Name, listing.Tools)
        {
            Title = identity?.Title ?? identity?.Name,
            Description = identity?.Description,
            Rules = connection.Client.ServerInstructions,
        };
        McpToolkitRegistration[] registrations;
        lock (_gate)
        {
            registrations = [.. _registrations];
        }

        foreach (var registration in registrations)
        {
            await registration.FollowAsync().ConfigureAwait(false);
        }
    }
}
