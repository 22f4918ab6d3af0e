namespace Mesh;

/// <summary>One delivery of a message that a worker deals with, from when it was received until its handler is done.</summary>
internal sealed class QueueDelivery(QueueMessage message)
{
    private readonly TaskCompletionSource _handled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasBegun;
    private bool _isAcknowledged;
    private bool _isLost;
    private Exception? _failure;

    public QueueMessage Message => message;

    /// <summary>Whether the handler was entered.</summary>
    public bool HasBegun => Volatile.Read(ref _hasBegun);

    /// <summary>Whether it was processed, and acknowledged.</summary>
    public bool IsAcknowledged => Volatile.Read(ref _isAcknowledged);

    /// <summary>Whether the message is somebody else's by now.</summary>
    public bool IsLost => Volatile.Read(ref _isLost);

    /// <summary>What the handler threw; null while it has not.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Completes when the handler is done, however long after its call.</summary>
    public Task Handled => _handled.Task;

    /// <summary>False when it was entered before: nobody else calls it than the worker.</summary>
    public bool TryBegin() => !Interlocked.Exchange(ref _hasBegun, true);

    public void Acknowledge() => Volatile.Write(ref _isAcknowledged, true);

    public void Lose() => Volatile.Write(ref _isLost, true);

    public void Fail(Exception exception) => Volatile.Write(ref _failure, exception);

    public void End() => _handled.TrySetResult();
}
