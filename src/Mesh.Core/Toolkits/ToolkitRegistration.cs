namespace Mesh;

/// <summary>
/// A toolkit that a participant offers: a lease, which ends when it is disposed or when the participant leaves.
/// </summary>
public sealed class ToolkitRegistration : IAsyncDisposable
{
    private readonly RoomClient _room;
    private bool _disposed;

    private ToolkitRegistration(RoomClient room, MeshId id, Toolkit toolkit, IReadOnlyList<string> changes)
    {
        _room = room;
        Id = id;
        Toolkit = toolkit;
        Changes = changes;
    }

    /// <summary>The id of the lease.</summary>
    public MeshId Id { get; }

    /// <summary>What is offered.</summary>
    public Toolkit Toolkit { get; }

    /// <summary>How its contracts differ from those of live registrations of the same names, as sentences; empty when they do not.</summary>
    public IReadOnlyList<string> Changes { get; }

    /// <summary>Withdraws the toolkit. Calls that run go on. Calling it again, or after leaving, does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        // Outside of any call: a handler may dispose what outlived the call that registered it.
        var arguments = JsonPayload.From(new UnregisterToolkitArguments(Id), MeshJsonContext.Default.UnregisterToolkitArguments);
        await LeasedCode.WithdrawAsync(_room, Id, "room/unregisterToolkit", arguments, CallOptions.OutsideAnyTree).ConfigureAwait(false);
    }

    internal static async ValueTask<ToolkitRegistration> CreateAsync(
        RoomClient room, Toolkit toolkit, RegistrationOptions options, CancellationToken cancellationToken)
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
                MaxConcurrency = options.MaxConcurrency,
                MaxWaiting = options.MaxWaiting,
            },
            MeshJsonContext.Default.RegisterToolkitArguments,
            cancellationToken).ConfigureAwait(false);
        return new(room, id, toolkit, result.Changes);
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
