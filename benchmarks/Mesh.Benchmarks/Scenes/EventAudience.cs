using System.Text.Json;

namespace Mesh.Benchmarks.Scenes;

/// <summary>A room with a thousand participants that read its events, and one that makes them by changing an attribute.</summary>
internal sealed class EventAudience : IAsyncDisposable
{
    public const int Subscribers = 1000;

    /// <summary>Events that are published before each subscriber reads them: fewer than a room keeps for its readers.</summary>
    public const int Batch = 64;

    private static readonly Dictionary<string, JsonElement?> Change = new() { ["mood"] = JsonElement.Parse("\"sunny\"") };
    private readonly MeshHost _host = new();
    private readonly List<IAsyncEnumerator<RoomEvent>> _readers = [];
    private RoomClient _speaker = null!;

    public static async Task<EventAudience> OpenAsync()
    {
        var audience = new EventAudience();
        audience._speaker = await audience._host.JoinAsync("hall", "speaker").ConfigureAwait(false);
        var listeners = new List<RoomClient>();
        for (int i = 0; i < Subscribers; i++)
        {
            listeners.Add(await audience._host.JoinAsync("hall", $"listener-{i}").ConfigureAwait(false));
        }

        // Subscribed when all are there: nobody has the coming of the others before it.
        audience._readers.AddRange(listeners.Select(each => each.Events.ReadAsync(EventPosition.Latest).GetAsyncEnumerator()));
        return audience;
    }

    /// <summary>Publishes a batch, and has every subscriber read it.</summary>
    public async Task DeliverAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            for (int k = 0; k < Batch; k++)
            {
                await _speaker.Participants.SetAttributesAsync(Change).ConfigureAwait(false);
            }

            foreach (var reader in _readers)
            {
                for (int k = 0; k < Batch; k++)
                {
                    if (!await reader.MoveNextAsync().ConfigureAwait(false) || reader.Current.Kind != RoomEventKinds.ParticipantChanged)
                    {
                        throw new InvalidOperationException("A subscriber missed an event.");
                    }
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var reader in _readers)
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }

        await _host.DisposeAsync().ConfigureAwait(false);
    }
}
