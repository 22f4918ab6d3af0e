namespace Mesh.Mcp;

/// <summary>
/// The tools of an MCP server as they are offered in one room: a lease that follows the server's changes. It ends when it is
/// disposed, with its <see cref="McpToolkit"/>, or when its participant leaves. Thread-safe.
/// </summary>
public sealed class McpToolkitRegistration : IAsyncDisposable
{
    private readonly McpToolkit _toolkit;
    private readonly RoomClient _room;
    private readonly RegistrationOptions? _options;
    private readonly SemaphoreSlim _changing = new(1, 1);
    private volatile ToolkitRegistration? _current;
    private volatile MeshError? _refusal;
    private bool _disposed;

    internal McpToolkitRegistration(McpToolkit toolkit, RoomClient room, RegistrationOptions? options)
    {
        _toolkit = toolkit;
        _room = room;
        _options = options;
    }

    /// <summary>What is offered now: the toolkit, and how its contracts differ from those before; null while it is nothing.</summary>
    public ToolkitRegistration? Current => _current;

    /// <summary>
    /// Why the room has refused the last change, or null when it did not: <see cref="MeshErrorCode.ContractConflict"/> where a
    /// changed tool would break the contract that somebody else offers under the same address. Then only the tools that
    /// have not changed are offered: a changed one must not be called as what it was.
    /// </summary>
    public MeshError? Refusal => _refusal;

    /// <summary>Whether its participant has left the room, and nothing can be offered there any more.</summary>
    internal bool HasEnded => _room.Completion.IsCompleted;

    /// <summary>Withdraws the tools from the room. Calls that run go on. Calling it again does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        _toolkit.Forget(this);
        await _changing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_disposed)
            {
                _disposed = true;
                await WithdrawAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Offers what there is.</summary>
    /// <exception cref="MeshException">The room refuses it.</exception>
    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, _toolkit);
            if (_current is null && _toolkit.Toolkit is { } toolkit)
            {
                _current = await _room.Toolkits.RegisterAsync(toolkit, _options, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Offers what there is now in the place of what there was.</summary>
    internal async Task FollowAsync()
    {
        await _changing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_disposed && _current?.Toolkit != _toolkit.Toolkit)
            {
                await ChangeAsync(_toolkit.Toolkit).ConfigureAwait(false);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task ChangeAsync(Toolkit? toolkit)
    {
        try
        {
            _refusal = null;
            if (toolkit is null)
            {
                await WithdrawAsync().ConfigureAwait(false);
                return;
            }

            await OfferAsync(toolkit).ConfigureAwait(false);
        }
        catch (MeshException exception)
        {
            _refusal = exception.Error;
            await OfferUnchangedAsync(toolkit!).ConfigureAwait(false);
        }
    }

    private async Task OfferAsync(Toolkit toolkit) => _current = _current is { } current
        ? await current.ReplaceAsync(toolkit).ConfigureAwait(false)
        : await _room.Toolkits.RegisterAsync(toolkit, _options).ConfigureAwait(false);

    /// <summary>Falls back to the tools that were offered before and are still the same; without any, to none.</summary>
    private async Task OfferUnchangedAsync(Toolkit toolkit)
    {
        var before = _current?.Toolkit.Tools.ToDictionary(static tool => tool.Name, static tool => tool.Definition, StringComparer.Ordinal) ?? [];
        var same = toolkit.Tools.Where(tool => before.TryGetValue(tool.Name, out var old) && old == tool.Definition).ToArray();
        try
        {
            if (same.Length == 0)
            {
                await WithdrawAsync().ConfigureAwait(false);
            }
            else
            {
                await OfferAsync(new Toolkit(toolkit.Name, same) { Title = toolkit.Title, Description = toolkit.Description, Rules = toolkit.Rules }).ConfigureAwait(false);
            }
        }
        catch (MeshException exception)
        {
            // The participant has left, or lost the right: nothing of it is offered any more.
            _refusal = exception.Error;
            _current = null;
        }
    }

    private async Task WithdrawAsync()
    {
        if (_current is { } current)
        {
            // Whoever reads that nothing is offered finds nothing in the room.
            try
            {
                await current.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                _current = null;
            }
        }
    }
}
