using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>Reaches the client behind one call, while it runs.</summary>
/// <param name="means">What the client can be asked for.</param>
internal abstract class Inquirer(ClientMeans means)
{
    /// <summary>What the client can be asked for.</summary>
    public ClientMeans Means => means;

    /// <summary>Asks the client, which may take any time; its person may refuse, or look away, which is an answer too.</summary>
    /// <param name="request">What it is asked.</param>
    /// <param name="name">What the question is called, where clients are told; null for any name.</param>
    /// <param name="cancellationToken">Gives the question up.</param>
    public abstract Task<InputResponse> AskAsync(InputRequest request, string? name, CancellationToken cancellationToken);

    /// <summary>Asks the client's person.</summary>
    public async Task<ElicitResult> AskPersonAsync(ElicitRequestParams question, CancellationToken cancellationToken)
    {
        var response = await AskAsync(InputRequest.ForElicitation(question), null, cancellationToken).ConfigureAwait(false);
        return response.Deserialize(InputResponse.ElicitResultJsonTypeInfo) ?? new ElicitResult();
    }
}

/// <summary>Asks in the session that the call has come in, by a request of the server's own: revisions before 2026-07-28.</summary>
internal sealed class SessionInquirer(McpServer session, ClientMeans means) : Inquirer(means)
{
    public override async Task<InputResponse> AskAsync(InputRequest request, string? name, CancellationToken cancellationToken)
    {
        if (request.ElicitationParams is { } question)
        {
            return InputResponse.FromElicitResult(await session.ElicitAsync(question, cancellationToken).ConfigureAwait(false));
        }

        var response = await session.SendRequestAsync(
            new JsonRpcRequest { Method = request.Method, Params = request.Params is { } parameters ? JsonNode.Parse(parameters.GetRawText()) : null }, cancellationToken).ConfigureAwait(false);
        return new() { RawValue = JsonElement.Parse(response.Result?.ToJsonString() ?? "null") };
    }
}

/// <summary>The calls whose client can be asked, by the id of the call that the client has made: the root of its tree.</summary>
internal sealed class LiveCalls
{
    private readonly ConcurrentDictionary<MeshId, Inquirer> _calls = new();

    public void Add(MeshId id, Inquirer inquirer) => _calls[id] = inquirer;

    public void Remove(MeshId id) => _calls.TryRemove(id, out _);

    public Inquirer? Find(MeshId id) => _calls.GetValueOrDefault(id);
}
