namespace Mesh.Testing;

/// <summary>
/// What was asked of a scripted model is not what its script expects. The message says what was expected and what came. Whoever asks an agent with such
/// a model gets the same message, in a <see cref="MeshException"/> with the code <c>script_mismatch</c>.
/// </summary>
/// <param name="message">Both.</param>
/// <param name="innerException">What a check of the test's own threw; null for none.</param>
public sealed class ScriptMismatchException(string message, Exception? innerException = null)
    : MeshException(new MeshError(new MeshErrorCode("script_mismatch"), message), innerException);
