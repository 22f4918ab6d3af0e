using System.Collections.Concurrent;
using Mesh.AspNetCore;
using Microsoft.Extensions.Logging;

namespace Mesh.Mcp.AspNetCore;

/// <summary>The callers of an endpoint who are in its rooms now: one participant for each identity and room.</summary>
internal sealed class ServedParticipants(MeshHost host, MeshMcpOptions options, ILogger log) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ParticipantKey, ServedParticipant> _participants = new();
    private readonly ConcurrentDictionary<Task, bool> _leaving = new();
    private volatile bool _isClosed;

    public MeshHost Host => host;

    public MeshMcpOptions Options => options;

    public TimeProvider Clock => host.TimeProvider;

    public ILogger Log => log;

    /// <summary>The participant of a caller, which joins if it is not there. Whoever has it must exit its lease.</summary>
    /// <exception cref="MeshException">It cannot join.</exception>
    public async ValueTask<ServedParticipant> EnterAsync(string room, MeshIdentity identity, CancellationToken cancellationToken)
    {
        var key = new ParticipantKey(room, identity.Key, identity.Name, identity.Role);
        while (true)
        {
            var participant = _participants.TryGetValue(key, out var found) ? found
                : _participants.GetOrAdd(key, static (key, at) => new ServedParticipant(at.Owner, key, at.Identity), (Owner: this, Identity: identity));
            if (_isClosed)
            {
                // Looked at when it can be found: whoever closes sees it, or is seen.
                await participant.EndAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                throw new MeshException(new(MeshErrorCode.Closed, "The application is stopping.") { Retryable = true, RetryAfter = options.RetryAfter });
            }

            if (!participant.Lease.TryEnter())
            {
                await participant.Gone.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                if (await participant.JoinAsync(identity, cancellationToken).ConfigureAwait(false))
                {
                    return participant;
                }
            }
            catch (Exception exception)
            {
                participant.Lease.Exit();
                if (exception is not OperationCanceledException)
                {
                    // It is not there, and the next request tries anew.
                    Watch(participant.EndAsync());
                }

                throw;
            }

            participant.Lease.Exit();
            await participant.EndAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The participant of a caller if it is there; null where it would have to join.</summary>
    public ServedParticipant? TryEnter(string room, MeshIdentity identity) =>
        _participants.TryGetValue(new(room, identity.Key, identity.Name, identity.Role), out var participant) && participant.Lease.TryEnter() ? participant : null;

    public void Forget(ServedParticipant participant) => _participants.TryRemove(new(participant.Key, participant));

    /// <summary>Keeps what goes on by itself until it is over.</summary>
    public void Watch(Task leaving)
    {
        if (leaving.IsCompleted)
        {
            return;
        }

        _leaving[leaving] = true;
        leaving.ContinueWith(static (task, all) => ((ConcurrentDictionary<Task, bool>)all!).TryRemove(task, out _), _leaving, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        await Task.WhenAll(_participants.Values.Select(static each => each.EndAsync())).ConfigureAwait(false);
        await Task.WhenAll(_leaving.Keys).ConfigureAwait(false);
    }
}
