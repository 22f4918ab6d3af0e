namespace Mesh.Testing;

/// <summary>
/// A request is not one of those that were recorded, or one that was recorded has not come. The message shows, line by line, what
/// was asked then (<c>-</c>) and is asked now (<c>+</c>). Whoever asks an agent with such a model gets the same message, in a <see cref="MeshException"/> with the code
/// <c>cassette_drift</c>.
/// </summary>
/// <param name="message">Both, and what to do.</param>
/// <param name="innerException">The same, where it was thrown before; null for none.</param>
public sealed class CassetteDriftException(string message, Exception? innerException = null)
    : MeshException(new MeshError(new MeshErrorCode("cassette_drift"), message), innerException);
