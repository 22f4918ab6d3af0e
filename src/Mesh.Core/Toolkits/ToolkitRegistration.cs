using System.Text.Json;

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
        var outcome = await _room.Call(
            "room/unregisterToolkit",
            JsonPayload.From(new UnregisterToolkitArguments(Id), MeshJsonContext.Default.UnregisterToolkitArguments),
            CallOptions.OutsideAnyTree,
            default).ConfigureAwait(false);
        _room.LocalToolkits.Remove(Id);
        if (outcome.Error is { } error && !IsGone(error))
        {
            throw new MeshException(error);
        }
    }

    /// <summary>Whether an error says that the lease has ended already, with its participant or by itself; only leaving cancels a call without a token.</summary>
    internal static bool IsGone(MeshError error) =>
        error.Code == MeshErrorCode.Closed || error.Code == MeshErrorCode.NotFound || error.Code == MeshErrorCode.Cancelled;

    internal static async ValueTask<ToolkitRegistration> CreateAsync(
        RoomClient room, Toolkit toolkit, RegistrationOptions options, CancellationToken cancellationToken)
    {
        toolkit = room.Host.Json.Given is { } json ? toolkit.BoundTo(json) : toolkit;
        var id = room.Host.Ids.NewId();

        // The code has to be there before the first call of it can come.
        room.LocalToolkits.Add(id, toolkit);
        try
        {
            var result = await room.Toolkits.InvokeAsync(
                options.Private ? "room/registerPrivateToolkit" : "room/registerToolkit",
                new RegisterToolkitArguments(id, Describe(toolkit))
                {
                    VisibleTo = options.VisibleTo,
                    AddressedOnly = options.AddressedOnly,
                    MaxConcurrency = options.MaxConcurrency,
                    MaxWaiting = options.MaxWaiting,
                },
                MeshJsonContext.Default.RegisterToolkitArguments,
                MeshJsonContext.Default.RegisterToolkitResult,
                null,
                cancellationToken).ConfigureAwait(false);
            return new(room, id, toolkit, result.Changes);
        }
        catch (Exception exception)
        {
            room.LocalToolkits.Remove(id);
            if (exception is JsonException or InvalidOperationException)
            {
                // What is no clean JSON does not get as far as the room, which otherwise checks schemas.
                throw Unwritable(toolkit, exception);
            }

            throw;
        }
    }

    /// <summary>What is wrong with a toolkit that could not be written as JSON.</summary>
    internal static MeshException Unwritable(Toolkit toolkit, Exception cause)
    {
        foreach (var tool in toolkit.Tools)
        {
            var definition = tool.Definition;
            JsonElement?[] schemas = [definition.InputSchema, definition.OutputSchema, definition.ChunkSchema, definition.InputChunkSchema];
            foreach (var schema in schemas.OfType<JsonElement>())
            {
                try
                {
                    SchemaDocuments.CheckSource(schema, SchemaOptions.Default);
                }
                catch (MeshException exception)
                {
                    return new(exception.Error with { Message = $"Tool '{toolkit.Name}/{tool.Name}': {exception.Error.Message}" }, cause);
                }
            }
        }

        return new(
            new MeshError(MeshErrorCode.InvalidSchema, $"Toolkit '{toolkit.Name}': a schema is nested too deep to be sent to a room.")
            {
                Remedy = "Put nested schemas under $defs, and refer to them with $ref.",
            },
            cause);
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
