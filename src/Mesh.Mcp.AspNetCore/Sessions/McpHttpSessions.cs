using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Mesh.Mcp.AspNetCore;

/// <summary>The sessions of one participant. Nobody else can reach them: whoever names one is looked for here.</summary>
internal sealed class McpHttpSessions(ServedParticipant participant, MeshMcpOptions options, TimeProvider clock, ILogger log)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, McpHttpSession> _sessions = new(StringComparer.Ordinal);
    private bool _isClosed;

    /// <summary>Begins a session, in use by whoever began it.</summary>
    /// <returns>Null where the participant has as many as it may, and all are in use.</returns>
    public McpHttpSession? TryBegin()
    {
        McpHttpSession? oldest = null;
        McpHttpSession session;
        lock (_gate)
        {
            if (_isClosed)
            {
                throw new MeshException(new(MeshErrorCode.Closed, "The participant is leaving.") { Retryable = true, RetryAfter = options.RetryAfter });
            }

            if (_sessions.Count >= options.MaxSessions)
            {
                oldest = OldestIdleLocked();
                if (oldest is null)
                {
                    return null;
                }

                _sessions.Remove(oldest.Id);
            }

            session = new(this, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), clock, options.SessionIdleTimeout);
            session.Lease.TryEnter();
            _sessions.Add(session.Id, session);
        }

        oldest?.End();
        session.Start(participant.Server);
        return session;
    }

    /// <summary>A session that goes on, in use by whoever asks for it.</summary>
    public bool TryEnter(string id, [NotNullWhen(true)] out McpHttpSession? session)
    {
        lock (_gate)
        {
            if (!_sessions.TryGetValue(id, out session))
            {
                return false;
            }
        }

        return session.Lease.TryEnter();
    }

    /// <summary>Tells the application of a session that has failed.</summary>
    public void Report(Exception exception) => McpHttpLog.SessionFailed(log, participant.Key.Name, participant.Key.Room, exception);

    public void Forget(McpHttpSession session)
    {
        lock (_gate)
        {
            _sessions.Remove(session.Id);
        }
    }

    /// <summary>Ends all, and waits for them.</summary>
    public async Task EndAsync()
    {
        McpHttpSession[] sessions;
        lock (_gate)
        {
            _isClosed = true;
            sessions = [.. _sessions.Values];
        }

        await Task.WhenAll(sessions.Select(static session => session.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private McpHttpSession? OldestIdleLocked()
    {
        (McpHttpSession Session, long Since)? oldest = null;
        foreach (var session in _sessions.Values)
        {
            if (session.Lease.IdleSince is { } since && (oldest is null || since < oldest.Value.Since))
            {
                oldest = (session, since);
            }
        }

        return oldest?.Session;
    }
}
