namespace Mesh;

/// <summary>
/// Thrown by a tool's code to fail with a message that the caller, another participant, is meant to read. It is the
/// one exception whose text crosses to the caller; every other one arrives there as
/// <see cref="MeshErrorCode.HandlerFailed"/> without its text.
/// </summary>
/// <example><code>throw new ToolException("City 'Atlantis' is not known.");</code></example>
public sealed class ToolException : MeshException
{
    /// <summary>Fails with a message and the code <see cref="MeshErrorCode.HandlerFailed"/>.</summary>
    /// <param name="message">One sentence for the caller, a person or a model.</param>
    public ToolException(string message)
        : this(new MeshError(MeshErrorCode.HandlerFailed, message))
    {
    }

    /// <summary>Fails with an error of the tool's own choosing.</summary>
    /// <param name="error">The failure as the caller will see it.</param>
    /// <param name="innerException">What caused it, or null. It does not cross to the caller.</param>
    public ToolException(MeshError error, Exception? innerException = null)
        : base(error, innerException)
    {
    }
}
