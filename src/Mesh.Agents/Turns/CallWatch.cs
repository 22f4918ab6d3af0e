using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// What whoever watches a turn sees of its calls while they run. Tools wait for a slow reader, as every streaming tool does; what
/// approvers are asked waits for nobody, and there is no more of it than a tree has calls.
/// </summary>
internal sealed class CallWatch(RoomClient room)
{
    private const int Capacity = 16;

    private readonly Channel<AIContent?> _contents = Channel.CreateBounded<AIContent?>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    private readonly ConcurrentQueue<AIContent> _approvals = new();

    /// <summary>What there is to see, until all calls have ended.</summary>
    public async IAsyncEnumerable<AIContent> ReadAsync()
    {
        await foreach (var content in _contents.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            while (_approvals.TryDequeue(out var approval))
            {
                yield return approval;
            }

            if (content is not null)
            {
                yield return content;
            }
        }

        while (_approvals.TryDequeue(out var approval))
        {
            yield return approval;
        }
    }

    public void Complete() => _contents.Writer.TryComplete();

    public ValueTask WriteAsync(FunctionCallContent call, CallFrame frame, CancellationToken cancellationToken)
    {
        AIContent? content = frame switch
        {
            ProgressFrame progress => new ToolProgressContent(call.CallId, call.Name) { Value = progress.Value, Total = progress.Total, Message = progress.Message },
            ContentFrame part => Part(part.Part),
            ChunkFrame chunk => Part(chunk.Item),
            _ => null,
        };
        return content is null ? default : _contents.Writer.WriteAsync(content, cancellationToken);

        ToolProgressContent Part(ContentPart part) => new(call.CallId, call.Name) { Part = FunctionResults.ToContent(part, int.MaxValue) };
    }

    /// <summary>Shows what approvers are asked about a call, and about those that it leads to, until it is disposed.</summary>
    /// <param name="call">The model's call.</param>
    /// <param name="id">The id under which it is made.</param>
    public IDisposable Observe(FunctionCallContent call, MeshId id) => room.ObserveApprovals(new Observer(this, call, id), id);

    // Where the channel is full, its reader comes by anyway.
    private void Show(AIContent content)
    {
        _approvals.Enqueue(content);
        _contents.Writer.TryWrite(null);
    }

    private sealed class Observer(CallWatch watch, FunctionCallContent call, MeshId id) : IApprovalObserver
    {
        private readonly ConcurrentDictionary<MeshId, ToolApprovalRequestContent> _asked = new();

        public void OnAsked(ApprovalRequest request)
        {
            // The model's own call, or what runs somewhere below it.
            var asked = new ToolApprovalRequestContent(
                request.Record.Id.ToString(),
                request.Record.CallId == id
                    ? call
                    : new(request.Record.CallId.ToString(), request.Record.Target.Path, FunctionArguments.FromElement(request.Arguments))
                    {
                        InformationalOnly = true,
                        AdditionalProperties = new() { [ToolLoop.WithinKey] = call.CallId },
                    });
            _asked[request.Record.Id] = asked;
            watch.Show(asked);
        }

        public void OnAnswered(ApprovalRequest request, MeshError? refusal)
        {
            if (_asked.TryRemove(request.Record.Id, out var asked))
            {
                watch.Show(asked.CreateResponse(refusal is null, refusal?.Message));
            }
        }
    }
}
