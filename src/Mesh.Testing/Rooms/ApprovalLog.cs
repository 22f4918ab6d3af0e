namespace Mesh.Testing;

/// <summary>Who answered what about which call; of the newest calls, as many as the journal keeps.</summary>
internal sealed class ApprovalLog
{
    public const int Capacity = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<MeshId, (string Who, bool IsApproved)> _answers = [];
    private readonly Queue<MeshId> _order = new();

    /// <summary>The same approver, whose answers are remembered; what is passed on is no answer.</summary>
    public Approver Of(string who, Approver approver) => async (request, cancellationToken) =>
    {
        var answer = await approver(request, cancellationToken).ConfigureAwait(false);
        if (answer is not null && !ReferenceEquals(answer, ApprovalAnswer.PassedOn))
        {
            Add(request.Record.CallId, who, answer.IsApproved);
        }

        return answer!;
    };

    /// <summary>Who answered about a call, and how; null for nobody.</summary>
    public (string Who, bool IsApproved)? Find(MeshId call)
    {
        lock (_gate)
        {
            return _answers.TryGetValue(call, out var answer) ? answer : null;
        }
    }

    private void Add(MeshId call, string who, bool isApproved)
    {
        lock (_gate)
        {
            if (_answers.TryAdd(call, (who, isApproved)))
            {
                _order.Enqueue(call);
            }

            if (_order.Count > Capacity)
            {
                _answers.Remove(_order.Dequeue());
            }
        }
    }
}
