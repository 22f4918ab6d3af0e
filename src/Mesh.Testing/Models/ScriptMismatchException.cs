namespace Mesh.Testing;

/// <summary>What was asked of a scripted model is not what its script expects. The message says what was expected and what came.</summary>
/// <param name="message">Both.</param>
/// <param name="innerException">What a check of the test's own threw; null for none.</param>
public sealed class ScriptMismatchException(string message, Exception? innerException = null) : Exception(message, innerException);
