using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// Gives MCP clients something of a room to read: files, documents, keys. What it shows it takes from the room as the
/// participant sees it, so that its grants hold. Called for several requests at once.
/// </summary>
public interface IMcpResourceProvider
{
    /// <summary>The patterns of its addresses, such as <c>mesh://state/{key}</c>; empty for none.</summary>
    IReadOnlyList<ResourceTemplate> Templates { get; }

    /// <summary>What there is to read now, in a fixed order. What only its templates describe need not be listed.</summary>
    /// <param name="room">The room as the participant sees it.</param>
    /// <param name="cancellationToken">Cancelled when the client no longer waits.</param>
    ValueTask<IReadOnlyList<Resource>> ListAsync(RoomClient room, CancellationToken cancellationToken);

    /// <summary>Reads one resource.</summary>
    /// <param name="room">The room as the participant sees it.</param>
    /// <param name="uri">The address.</param>
    /// <param name="cancellationToken">Cancelled when the client no longer waits.</param>
    /// <returns>The contents; null where the address is not one of this provider's, or nothing is there.</returns>
    ValueTask<ReadResourceResult?> ReadAsync(RoomClient room, string uri, CancellationToken cancellationToken);

    /// <summary>Tells of changes of one resource.</summary>
    /// <param name="room">The room as the participant sees it.</param>
    /// <param name="uri">The address.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>For each change, or for several at once, the address of what has changed: that one, or one below it. The watch
    /// begins when it is first read. Null where the address is not one of this provider's, or cannot be watched.</returns>
    IAsyncEnumerable<string>? WatchAsync(RoomClient room, string uri, CancellationToken cancellationToken);

    /// <summary>Values for a variable of a template.</summary>
    /// <param name="room">The room as the participant sees it.</param>
    /// <param name="uriTemplate">The template, as it is listed.</param>
    /// <param name="variable">The name of the variable.</param>
    /// <param name="value">What was typed so far.</param>
    /// <param name="cancellationToken">Cancelled when the client no longer waits.</param>
    /// <returns>The values that begin so, the likeliest first; empty where there are none, or the template is not one of this provider's.</returns>
    ValueTask<IReadOnlyList<string>> CompleteAsync(RoomClient room, string uriTemplate, string variable, string value, CancellationToken cancellationToken);
}
