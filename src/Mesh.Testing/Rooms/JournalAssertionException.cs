namespace Mesh.Testing;

/// <summary>What happened in a <see cref="TestRoom"/> is not what the test expects. The message says both, with the text of the journal.</summary>
/// <param name="message">Both.</param>
public sealed class JournalAssertionException(string message) : Exception(message);
