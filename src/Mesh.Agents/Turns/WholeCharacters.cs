namespace Mesh.Agents;

/// <summary>
/// The pieces of a text, cut between characters. Models cut where a token ends, which may be in the middle of one that UTF-16 has two
/// units for; written as UTF-8, each half by itself would be lost. Used by one stream.
/// </summary>
internal sealed class WholeCharacters
{
    private char? _held;

    /// <summary>The piece with the half that the one before has left, and without one that it leaves itself; empty where there is nothing else.</summary>
    public string Next(string piece)
    {
        string text = _held is { } held && piece.Length > 0 ? held + piece : piece;
        if (text.Length == 0)
        {
            return text;
        }

        bool isCut = char.IsHighSurrogate(text[^1]);
        _held = isCut ? text[^1] : null;
        return isCut ? text[..^1] : text;
    }

    /// <summary>Another text begins. Half a character at the end of one is none.</summary>
    public void Clear() => _held = null;
}
