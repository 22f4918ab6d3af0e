namespace Mesh;

/// <summary>The room's way back to a participant: where calls of its tools go.</summary>
internal interface ICallReceiver
{
    /// <summary>How to reach one tool of a toolkit that the participant is registering.</summary>
    /// <param name="registrationId">The lease that the participant's side chose.</param>
    /// <param name="toolName">The tool.</param>
    ToolInvoker GetInvoker(MeshId registrationId, string toolName);

    /// <summary>The participant's life in the room is over.</summary>
    void OnLeft(LeaveReason reason);
}
