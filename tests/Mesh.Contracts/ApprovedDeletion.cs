namespace Mesh.Contracts;

/// <summary>A tool that needs an approval, and an approver who answers when the test does.</summary>
public sealed class ApprovedDeletion
{
    private int _runs;

    public ApprovedDeletion()
    {
        Room = new RoomOptions { Approver = AskAsync };
        Tool = Tool.Create("delete", (string path) =>
        {
            CountRun();
            return $"deleted {path}";
        }, new ToolOptions { RequiresApproval = true, Description = "Deletes a file." });
    }

    /// <summary>A room whose approver it is.</summary>
    public RoomOptions Room { get; }

    /// <summary>The tool <c>delete</c>.</summary>
    public Tool Tool { get; }

    /// <summary>How often it has run, or what a test has put in its place.</summary>
    public int Runs => _runs;

    /// <summary>Set when the approver is asked.</summary>
    public Signal Asked { get; } = new();

    public List<ApprovalRequest> Requests { get; } = [];

    /// <summary>The token that the approver was given.</summary>
    public CancellationToken Token { get; private set; }

    /// <summary>What the approver answers.</summary>
    public TaskCompletionSource<ApprovalAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int CountRun() => Interlocked.Increment(ref _runs);

    private async ValueTask<ApprovalAnswer> AskAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        Token = cancellationToken;
        Asked.Set();
        return await Answer.Task.WaitAsync(cancellationToken);
    }
}
