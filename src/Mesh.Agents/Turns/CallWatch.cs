using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// What whoever watches a turn sees of its calls while they run. Tools wait for a slow reader, as every streaming tool does; what
/// approvers are asked waits for nobody, and there is no more of it than there are calls.
/// </summary>
internal sealed class CallWatch : IApprovalObserver, IDisposable
{
    private const int Capacity = 16;

    private readonly Channel<AIContent?> _contents = Channel.CreateBounded<AIContent?>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    private readonly ConcurrentQueue<AIContent> _approvals = new();
    private readonly ConcurrentDictionary<MeshId, ToolApprovalRequestContent> _asked = new();
    private readonly List<FunctionCallContent> _calls;
    private readonly RoomFunctions _functions;
    private readonly IDisposable _observation;

    public CallWatch(RoomFunctions functions, List<FunctionCallContent> calls)
    {
        _functions = functions;
        _calls = calls;
        _observation = functions.Room.ObserveApprovals(this);
    }

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

    public void OnAsked(ApprovalRequest request)
    {
        var content = new ToolApprovalRequestContent(request.Record.Id.ToString(), CallOf(request));
        _asked[request.Record.Id] = content;
        Show(content);
    }

    public void OnAnswered(ApprovalRequest request, MeshError? refusal)
    {
        if (_asked.TryRemove(request.Record.Id, out var asked))
        {
            Show(asked.CreateResponse(refusal is null, refusal?.Message));
        }
    }

    public void Dispose() => _observation.Dispose();

    // Where the channel is full, its reader comes by anyway.
    private void Show(AIContent content)
    {
        _approvals.Enqueue(content);
        _contents.Writer.TryWrite(null);
    }

    /// <summary>The model's own call, where it is one; else what runs somewhere below it.</summary>
    private FunctionCallContent CallOf(ApprovalRequest request)
    {
        var arguments = FunctionArguments.FromElement(request.Arguments);
        if (request.Caller.Id == _functions.Room.Self.Id)
        {
            string text = FunctionArguments.ToText(arguments);
            foreach (var call in _calls)
            {
                if (_functions.TryFind(call.Name, out var address) && address == request.Record.Target && FunctionArguments.ToText(call.Arguments) == text)
                {
                    return call;
                }
            }
        }

        return new(request.Record.CallId.ToString(), request.Record.Target.Path, arguments) { InformationalOnly = true };
    }
}
