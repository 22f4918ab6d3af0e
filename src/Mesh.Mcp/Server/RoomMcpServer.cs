using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>
/// Serves a room to MCP clients as one of its participants sees it: the tools and agents that it may use are the server's
/// tools, and a client's call is a call of that participant, with its grants, budgets, approvals and journal. One instance
/// serves any number of sessions at once, of every revision of the protocol. Thread-safe.
/// </summary>
/// <remarks>
/// Revisions before 2026-07-28 have sessions and are asked things by requests of the server's; since then every request
/// stands for itself, and a question ends it until the client comes back with the answer.
/// </remarks>
/// <example><code>
/// await using var mesh = new MeshHost();
/// await using var server = await RoomMcpServer.JoinAsync(mesh, "support", "claude");
/// await server.RunAsync(new StdioServerTransport("support"));
/// </code></example>
public sealed class RoomMcpServer : IAsyncDisposable
{
    private readonly RoomMcpServerOptions _options;
    private readonly LiveCalls _live;
    private readonly PersonTools _person;
    private readonly ToolCatalogue _catalogue;
    private readonly WaitingCalls _waiting;
    private readonly CallTasks _tasks;
    private readonly ToolCalls _calls;
    private readonly ResourceRequests _resources;
    private readonly PromptRequests _prompts;
    private readonly ChangeFeed _changes;
    private readonly ChangeNotices _notices;
    private readonly Implementation _info;
    private readonly CancellationTokenSource _closed = new();
    private readonly bool _ownsRoom;
    private ToolkitRegistration? _askUser;
    private string? _rules;
    private bool _disposed;

    private RoomMcpServer(RoomClient room, RoomMcpServerOptions options, LiveCalls live, PersonTools person, bool ownsRoom)
    {
        Room = room;
        _options = options;
        _live = live;
        _person = person;
        _ownsRoom = ownsRoom;
        _catalogue = new(room, options, Skip);
        var states = new RequestStates(options.IdSource, options.TimeProvider);
        _waiting = new(states, options.TimeProvider, options.QuestionTimeout, options.MaxOpenQuestions, room.Self.Id.ToString());
        _tasks = new(states, options.TimeProvider, options.TaskIdleTimeout, options.MaxTasks);
        _calls = new(_catalogue, new RoomCalls(room, options.MaxStreamBytes), live, _waiting, _tasks, states, options);
        _resources = new(room, options);
        _prompts = new(room, _resources, options);
        _changes = new(room, options);
        _info = options.ServerInfo ?? new() { Name = room.Name, Version = typeof(RoomClient).Assembly.GetName().Version!.ToString(3) };
        _notices = new(_changes, _resources, _prompts);
    }

    /// <summary>The room as the participant that is served sees it.</summary>
    public RoomClient Room { get; }

    /// <summary>
    /// Joins a room and serves it as the participant that has joined. Calls that need an approval, in the trees that its
    /// clients start, are approved by the person at the client that made the call, if that can ask (elicitation), else by
    /// <see cref="JoinOptions.Approver"/>, else by the room's approver. Disposing the server leaves the room.
    /// </summary>
    /// <param name="host">The host of the room.</param>
    /// <param name="room">The room's name.</param>
    /// <param name="name">The participant's name.</param>
    /// <param name="grants">What it may do; null for <see cref="Grants.UserDefault"/>.</param>
    /// <param name="join">How it joins; null for the defaults.</param>
    /// <param name="options">How it is served; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the joining.</param>
    /// <exception cref="MeshException">As <see cref="MeshHost.JoinAsync"/> says.</exception>
    public static async ValueTask<RoomMcpServer> JoinAsync(
        MeshHost host,
        string room,
        string name,
        Grants? grants = null,
        JoinOptions? join = null,
        RoomMcpServerOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        join ??= new();
        var live = new LiveCalls();
        var person = new PersonTools(live, join.Approver);
        var client = await host.JoinAsync(room, name, grants, join with { Approver = person.ApproveAsync }, cancellationToken).ConfigureAwait(false);
        return await StartAsync(new(client, options ?? RoomMcpServerOptions.Default, live, person, ownsRoom: true), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Serves a room to which a participant has joined already. Calls that need an approval go to the approver of that participant or of the room.</summary>
    /// <param name="room">The room as the participant sees it. It must stay joined for as long as it is served; disposing the server does not leave it.</param>
    /// <param name="options">How it is served; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the looking at the room.</param>
    /// <returns>The server; it does nothing until a session is run.</returns>
    /// <exception cref="MeshException">The participant has left the room (<see cref="MeshErrorCode.Closed"/>).</exception>
    public static ValueTask<RoomMcpServer> CreateAsync(
        RoomClient room, RoomMcpServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        var live = new LiveCalls();
        return StartAsync(new(room, options ?? RoomMcpServerOptions.Default, live, new(live, others: null), ownsRoom: false), cancellationToken);
    }

    /// <summary>
    /// Serves one session until its transport ends, the token is cancelled, this server is disposed or the participant leaves.
    /// What its client has called and has not ended is cancelled then.
    /// </summary>
    /// <param name="transport">The session's transport, such as <c>new StdioServerTransport("support")</c>; disposed at the end.
    /// For HTTP: the SDK's transport of one session, or of one request where there are no sessions.</param>
    /// <param name="cancellationToken">Ends the session. That is not an error: the method returns.</param>
    /// <exception cref="ObjectDisposedException">This server is disposed.</exception>
    public Task RunAsync(ITransport transport, CancellationToken cancellationToken = default) => RunAsync(transport, Task.CompletedTask, cancellationToken);

    /// <inheritdoc cref="RunAsync(ITransport, CancellationToken)"/>
    /// <param name="transport">The session's transport; disposed at the end.</param>
    /// <param name="listening">Completes when the client can be told what it has not asked for, such as over HTTP when it has
    /// opened a stream for that. What changes before is told then, once.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    public async Task RunAsync(ITransport transport, Task listening, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(listening);
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        await using var disposeTransport = transport.ConfigureAwait(false);
        using var reader = _changes.Read(_notices.Kinds);
        var watches = new ResourceWatches(_resources, reader);
        await using var disposeWatches = watches.ConfigureAwait(false);
        var session = new McpSession(_options) { Watches = watches };
        var server = McpServer.Create(transport, CreateOptions(session));
        await using (server.ConfigureAwait(false))
        {
            var leaving = StopWhenGoneAsync(transport, stop);
            var telling = ChangeNotices.SendAsync(server, reader, null, listening, stop.Token);
            try
            {
                await server.RunAsync(stop.Token).ConfigureAwait(false);
            }
            finally
            {
                _waiting.CancelAllOf(session);
                _tasks.DropAllOf(session);
                await stop.CancelAsync().ConfigureAwait(false);
                await leaving.ConfigureAwait(false);
                await telling.ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// The options of one session, or of one request on a transport without sessions, for a host that makes and runs the SDK's
    /// <see cref="McpServer"/> itself. Make new ones for each: a host may change what it is given. Clients of revisions before
    /// 2026-07-28 are told of changes only in sessions of <see cref="RunAsync(ITransport, Task, CancellationToken)"/>.
    /// </summary>
    public McpServerOptions CreateOptions() => CreateOptions(new McpSession(_options));

    /// <summary>
    /// Holds a call over HTTP against the headers of its request, for a host that serves revision 2026-07-28: what the schema of
    /// the tool marks with <c>x-mcp-header</c> is sent as a header besides, for those who route a request without reading it, and
    /// both have to say the same. The host answers a call where they do not with status 400 and the protocol's error -32020.
    /// </summary>
    /// <param name="request">The request; one that is no <c>tools/call</c> has nothing that could differ.</param>
    /// <param name="requestHeader">Gives the value of a header of the request by its name, whatever its case, decoded where it was
    /// sent as <c>=?base64?…?=</c>; null where it is not there.</param>
    /// <param name="cancellationToken">Cancels the look at the room's tools.</param>
    /// <returns>What differs, for the client to read; null where nothing does.</returns>
    /// <exception cref="MeshException">The participant has left the room (<see cref="MeshErrorCode.Closed"/>).</exception>
    public ValueTask<string?> CompareHeadersAsync(JsonRpcRequest request, Func<string, string?> requestHeader, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(requestHeader);
        return request.Method == RequestMethods.ToolsCall ? _calls.CompareAsync(request, requestHeader, cancellationToken) : default;
    }

    /// <summary>Ends every session, cancels the calls that wait for an answer, and leaves the room if <see cref="JoinAsync"/> has joined it. Calling it again does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _closed.CancelAsync().ConfigureAwait(false);
        _waiting.Dispose();
        _tasks.Dispose();
        await _changes.DisposeAsync().ConfigureAwait(false);
        await _catalogue.DisposeAsync().ConfigureAwait(false);
        if (_ownsRoom)
        {
            // What its participant offers goes with it: withdrawn before, by a call that may fail, it could keep it from leaving.
            await Room.DisposeAsync().ConfigureAwait(false);
        }
        else if (_askUser is not null)
        {
            await _askUser.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async ValueTask<RoomMcpServer> StartAsync(RoomMcpServer server, CancellationToken cancellationToken)
    {
        try
        {
            await server.OfferAskUserAsync(cancellationToken).ConfigureAwait(false);

            // What it offers itself is no change to its clients.
            server._changes.Start();
            server._rules = (await server._catalogue.GetAsync(cancellationToken).ConfigureAwait(false)).Rules;
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask OfferAskUserAsync(CancellationToken cancellationToken)
    {
        if (!_options.OfferAskUser)
        {
            return;
        }

        try
        {
            _askUser = await Room.Toolkits.RegisterAsync(
                new Toolkit(PersonTools.Toolkit, [new AskUserTool(_person), .. _options.OfferClientTools ? (Tool[])[new SampleModelTool(_person), new ListRootsTool(_person)] : []]), new() { Private = true }, cancellationToken).ConfigureAwait(false);
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.NotGranted || exception.Code == MeshErrorCode.NameTaken)
        {
            // Its participant may not offer tools, or offers others of that name: then its person is not asked by tools.
        }
    }

    private McpServerOptions CreateOptions(McpSession session)
    {
        var options = new McpServerOptions
        {
            ServerInfo = _info,
            ServerInstructions = _options.Instructions is { } own && _rules is { } rules ? $"{own}\n\n{rules}" : _options.Instructions ?? _rules,
            Capabilities = new() { Tools = new() { ListChanged = true } },
            Handlers = new()
            {
                ListToolsHandler = _calls.ListAsync,
                SubscriptionsListenHandler = _notices.ListenAsync,
            },
        };
        AddPromptsAndResources(options, session);
        AddCalls(options, session);
        options.Filters.Message.IncomingFilters.Add(session.Filter);
        return options;
    }

    /// <summary>Nothing is promised that nobody provides.</summary>
    private void AddPromptsAndResources(McpServerOptions options, McpSession session)
    {
        if (_prompts.HasAny)
        {
            options.Capabilities!.Prompts = new() { ListChanged = true };
            options.Handlers.ListPromptsHandler = _prompts.ListAsync;
            options.Handlers.GetPromptHandler = _prompts.GetAsync;
        }

        if (_resources.HasAny)
        {
            options.Capabilities!.Resources = new() { Subscribe = true };
            options.Handlers.ListResourcesHandler = _resources.ListAsync;
            options.Handlers.ListResourceTemplatesHandler = _resources.ListTemplatesAsync;
            options.Handlers.ReadResourceHandler = _resources.ReadAsync;
            options.Handlers.SubscribeToResourcesHandler = session.SubscribeAsync;
            options.Handlers.UnsubscribeFromResourcesHandler = session.UnsubscribeAsync;
        }

        if (_prompts.HasAny || _resources.HasAny)
        {
            options.Capabilities!.Completions = new();
            options.Handlers.CompleteHandler = _prompts.CompleteAsync;
        }
    }

    private void AddCalls(McpServerOptions options, McpSession session)
    {
        if (_options.TaskAfter is not null)
        {
            new TaskRequests(_tasks).Serve(options, (request, cancellationToken) => _calls.CallAsync(session, request, cancellationToken));
        }
        else
        {
            options.Handlers.CallToolHandler = async (request, cancellationToken) => (await _calls.CallAsync(session, request, cancellationToken).ConfigureAwait(false)).Result!;
        }
    }

    private void Skip(MeshError error) => _options.OnSkipped?.Invoke(error);

    /// <summary>
    /// Cancels what runs when nobody is left to hear of it: the SDK waits for handlers when a transport has ended, and one
    /// that asks its client something would wait for ever.
    /// </summary>
    private async Task StopWhenGoneAsync(ITransport transport, CancellationTokenSource stop)
    {
        var gone = Task.WhenAny(Room.Completion, transport.MessageReader.Completion);
        await ((Task)gone).WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stop.CancelAsync().ConfigureAwait(false);
    }
}
