using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>How a participant offers code to its room under a lease, and withdraws it: what toolkits and agents share.</summary>
internal static class LeasedCode
{
    /// <summary>Registers code by a call of the room; it is kept only when the room accepted it.</summary>
    /// <exception cref="MeshException">The room refused it, or it cannot be written as JSON.</exception>
    public static async ValueTask<RegisterToolkitResult> OfferAsync<TArguments>(
        RoomClient room,
        MeshId id,
        Toolkit code,
        string tool,
        TArguments arguments,
        JsonTypeInfo<TArguments> argumentsType,
        CancellationToken cancellationToken)
    {
        // The code has to be there before the first call of it can come.
        room.LocalToolkits.Add(id, code);
        try
        {
            return await room.Toolkits.InvokeAsync(
                tool, arguments, argumentsType, MeshJsonContext.Default.RegisterToolkitResult, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            room.LocalToolkits.Remove(id);
            if (exception is JsonException or InvalidOperationException)
            {
                // What is no clean JSON does not get as far as the room, which otherwise checks schemas.
                throw Unwritable(code, exception);
            }

            throw;
        }
    }

    /// <summary>Ends a lease by a call of the room; one that has ended already, with its participant or by itself, is no failure.</summary>
    public static async ValueTask WithdrawAsync(RoomClient room, MeshId id, string tool, JsonPayload arguments, CallOptions options)
    {
        var outcome = await room.Call(tool, arguments, options, default).ConfigureAwait(false);
        room.LocalToolkits.Remove(id);

        // Only leaving cancels a call without a token, and only the room's own end loses one that the room serves.
        if (outcome.Error is { } error
            && error.Code != MeshErrorCode.Closed && error.Code != MeshErrorCode.NotFound
            && error.Code != MeshErrorCode.Cancelled && error.Code != MeshErrorCode.ProviderLost)
        {
            throw new MeshException(error);
        }
    }

    /// <summary>What is wrong with code whose registration could not be written as JSON.</summary>
    private static MeshException Unwritable(Toolkit toolkit, Exception cause)
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
}
