using System.Collections.Concurrent;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>Reaches the person behind one call, while it runs.</summary>
internal abstract class Inquirer
{
    /// <summary>Asks the person, who may take any time; or refuse, or look away, which is an answer too.</summary>
    public abstract Task<ElicitResult> AskAsync(ElicitRequestParams question, CancellationToken cancellationToken);
}

/// <summary>Asks in the session that the call has come in, by a request of the server's own: revisions before 2026-07-28.</summary>
internal sealed class SessionInquirer(McpServer session) : Inquirer
{
    public override Task<ElicitResult> AskAsync(ElicitRequestParams question, CancellationToken cancellationToken) =>
        session.ElicitAsync(question, cancellationToken).AsTask();
}

/// <summary>The calls whose person can be asked, by the id of the call that the client has made: the root of its tree.</summary>
internal sealed class LiveCalls
{
    private readonly ConcurrentDictionary<MeshId, Inquirer> _calls = new();

    public void Add(MeshId id, Inquirer inquirer) => _calls[id] = inquirer;

    public void Remove(MeshId id) => _calls.TryRemove(id, out _);

    public Inquirer? Find(MeshId id) => _calls.GetValueOrDefault(id);
}
