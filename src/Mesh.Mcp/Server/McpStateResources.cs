using System.Runtime.CompilerServices;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// The keys of a room's state as resources: <c>mesh://state/KEY</c> is the key's value as JSON. Which keys a participant reads
/// is for its grants to say.
/// </summary>
/// <param name="pattern">Which keys are listed, as <see cref="StateClient.ListAsync"/> takes it; all by default. Others can be read all the same.</param>
public sealed class McpStateResources(string pattern = ">") : IMcpResourceProvider
{
    private const string Prefix = "mesh://state/";
    private const string Template = Prefix + "{key}";
    private const string MimeType = "application/json";
    private const int MostListed = 1_000;
    private const int PageSize = 100;

    /// <inheritdoc/>
    public IReadOnlyList<ResourceTemplate> Templates { get; } =
    [
        new() { Name = "state", Title = "State", UriTemplate = Template, MimeType = MimeType, Description = "The value of a key that everybody in the room shares." },
    ];

    /// <summary>The keys, at most 1,000 of them.</summary>
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Resource>> ListAsync(RoomClient room, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(room);
        return
        [
            .. (await KeysAsync(room, pattern, cancellationToken).ConfigureAwait(false)).Select(static key =>
                new Resource { Uri = Prefix + Uri.EscapeDataString(key), Name = key, MimeType = MimeType }),
        ];
    }

    /// <inheritdoc/>
    public async ValueTask<ReadResourceResult?> ReadAsync(RoomClient room, string uri, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(room);
        if (KeyOf(uri) is not { } key)
        {
            return null;
        }

        return await room.State.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } entry
            ? new() { Contents = [new TextResourceContents { Uri = uri, MimeType = MimeType, Text = entry.Value.ToString() }] }
            : null;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<string>? WatchAsync(RoomClient room, string uri, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(room);
        return KeyOf(uri) is { } key ? WatchKeyAsync(room, key, uri, cancellationToken) : null;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> CompleteAsync(RoomClient room, string uriTemplate, string variable, string value, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(value);
        return uriTemplate == Template && variable == "key"
            ? [.. (await KeysAsync(room, pattern, cancellationToken).ConfigureAwait(false)).Where(key => key.StartsWith(value, StringComparison.Ordinal))]
            : [];
    }

    private static async IAsyncEnumerable<string> WatchKeyAsync(
        RoomClient room, string key, string uri, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in room.State.WatchAsync(key, StateWatchStart.Now, cancellationToken).ConfigureAwait(false))
        {
            if (change.Kind is StateChangeKind.Put or StateChangeKind.Deleted or StateChangeKind.Lagged)
            {
                yield return uri;
            }
        }
    }

    private static async ValueTask<List<string>> KeysAsync(RoomClient room, string pattern, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        string? cursor = null;
        do
        {
            var page = await room.State.ListAsync(pattern, cursor, PageSize, cancellationToken).ConfigureAwait(false);
            keys.AddRange(page.Entries.Select(static entry => entry.Key));
            cursor = page.Cursor;
        }
        while (cursor is not null && keys.Count < MostListed);
        return keys;
    }

    private static string? KeyOf(string uri) =>
        uri is not null && uri.StartsWith(Prefix, StringComparison.Ordinal) && uri.Length > Prefix.Length ? Uri.UnescapeDataString(uri[Prefix.Length..]) : null;
}
