namespace Mesh;

/// <summary>
/// The exception form of a <see cref="MeshError"/>. The methods of Mesh throw it for every failure at run time;
/// wrong use of a method by its programmer throws the exceptions of the base class library, and a caller's own
/// cancellation throws <see cref="OperationCanceledException"/>.
/// </summary>
public class MeshException : Exception
{
    /// <summary>Makes the exception of an error.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="innerException">What caused it on this side, or null. It never crosses to another participant.</param>
    public MeshException(MeshError error, Exception? innerException = null)
        : base(error?.ToString(), innerException) =>
        Error = error ?? throw new ArgumentNullException(nameof(error));

    /// <summary>The failure.</summary>
    public MeshError Error { get; }

    /// <summary>The code of <see cref="Error"/>.</summary>
    public MeshErrorCode Code => Error.Code;
}
