namespace Mesh;

/// <summary>
/// A result of a tool of the room that something was taken for, such as messages of a queue. It goes back when the call
/// ends otherwise for its caller: cancelled, past its deadline, its caller gone.
/// </summary>
internal interface IHandedOut
{
    /// <summary>Takes back what the caller has not got. Told any number of times, from any thread.</summary>
    void TakeBack();
}
