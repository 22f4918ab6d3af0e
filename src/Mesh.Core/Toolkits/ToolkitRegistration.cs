namespace Mesh;

/// <summary>
/// A toolkit that a participant offers: a lease, which ends when it is disposed or when the participant leaves.
/// </summary>
public sealed class ToolkitRegistration : IAsyncDisposable
{
    private const int MostReplaced = 8;

    private readonly RoomClient _room;
    private readonly RegistrationOptions _options;

    // Calls that found a lease before this one may still be on their way: the code of the last few stays.
    private readonly MeshId[] _replaced;
    private bool _disposed;

    private ToolkitRegistration(RoomClient room, MeshId id, MeshId[] replaced, Toolkit toolkit, RegistrationOptions options, IReadOnlyList<string> changes)
    {
        _room = room;
        _replaced = replaced;
        _options = options;
        Id = id;
        Toolkit = toolkit;
        Changes = changes;
    }

    /// <summary>The id of the lease.</summary>
    public MeshId Id { get; }

    /// <summary>What is offered.</summary>
    public Toolkit Toolkit { get; }

    /// <summary>
    /// How its contracts differ from those of live registrations of the same names, and of the one that it took the place
    /// of, as sentences; empty when they do not.
    /// </summary>
    public IReadOnlyList<string> Changes { get; }

    /// <summary>
    /// Offers another toolkit of the same name in the place of this one, under the same options: one lease ends and the
    /// next begins at once, so that no call finds neither; those on their way still reach what they found, up to 8 replacements later. Calls that run go on, and those that wait for their turn end with
    /// <see cref="MeshErrorCode.Unavailable"/>. A tool may break the contract that it had here before, and the room is
    /// told how; it may not break one that somebody else offers.
    /// </summary>
    /// <param name="toolkit">The toolkit as it is now, of the same name.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The new registration, to be disposed instead of this one.</returns>
    /// <exception cref="ArgumentException">The toolkit has another name.</exception>
    /// <exception cref="MeshException">As for <see cref="ToolkitsClient.RegisterAsync(Toolkit, RegistrationOptions?, CancellationToken)"/>;
    /// or this registration has ended (<see cref="MeshErrorCode.NotFound"/>). Then nothing has changed.</exception>
    public async ValueTask<ToolkitRegistration> ReplaceAsync(Toolkit toolkit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(toolkit);
        if (toolkit.Name != Toolkit.Name)
        {
            throw new ArgumentException($"Toolkit '{Toolkit.Name}' cannot be replaced by '{toolkit.Name}': a toolkit keeps its name.", nameof(toolkit));
        }

        var next = await CreateAsync(_room, toolkit, _options, [.. _replaced, Id], cancellationToken).ConfigureAwait(false);
        if (_replaced is [var oldest, ..] && next._replaced[0] != oldest)
        {
            _room.LocalToolkits.Remove(oldest);
        }

        return next;
    }

    /// <summary>Withdraws the toolkit. Calls that run go on. Calling it again, or after leaving, does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        foreach (var replaced in _replaced)
        {
            _room.LocalToolkits.Remove(replaced);
        }

        // Outside of any call: a handler may dispose what outlived the call that registered it.
        var arguments = JsonPayload.From(new UnregisterToolkitArguments(Id), MeshJsonContext.Default.UnregisterToolkitArguments);
        await LeasedCode.WithdrawAsync(_room, Id, RoomToolkit.UnregisterToolkit, arguments, CallOptions.OutsideAnyTree).ConfigureAwait(false);
    }

    internal static async ValueTask<ToolkitRegistration> CreateAsync(
        RoomClient room, Toolkit toolkit, RegistrationOptions options, MeshId[] replaced, CancellationToken cancellationToken)
    {
        toolkit = room.Host.Json.Given is { } json ? toolkit.BoundTo(json) : toolkit;
        var id = room.Host.Ids.NewId();

        var result = await LeasedCode.OfferAsync(
            room,
            id,
            toolkit,
            options.Private ? "room/registerPrivateToolkit" : "room/registerToolkit",
            new RegisterToolkitArguments(id, Describe(toolkit))
            {
                VisibleTo = options.VisibleTo,
                AddressedOnly = options.AddressedOnly,
                Exclusive = options.Exclusive,
                MaxConcurrency = options.MaxConcurrency,
                MaxWaiting = options.MaxWaiting,
                Replaces = replaced is [.., var last] ? last : null,
            },
            MeshJsonContext.Default.RegisterToolkitArguments,
            cancellationToken).ConfigureAwait(false);
        return new(room, id, replaced.Length > MostReplaced ? replaced[1..] : replaced, toolkit, options, result.Changes);
    }

    internal static ToolkitInfo Describe(Toolkit toolkit) => new()
    {
        Name = toolkit.Name,
        Title = toolkit.Title,
        Description = toolkit.Description,
        Rules = toolkit.Rules,
        ThumbnailUrl = toolkit.ThumbnailUrl,
        Tools = [.. toolkit.Tools.Select(tool => tool.Definition)],
    };
}
