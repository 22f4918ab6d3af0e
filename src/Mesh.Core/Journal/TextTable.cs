using System.Globalization;
using System.Text;

namespace Mesh;

/// <summary>Lines of cells under a line of headings, as wide as what is in them.</summary>
internal sealed class TextTable(string[] headings, int[] rightAligned)
{
    private const int WidestCell = 100;
    private readonly List<string[]> _lines = [[.. headings.Select(Clean)]];

    /// <summary>Adds a line; cells that it does not have are empty.</summary>
    public void Add(params string[] cells) => _lines.Add([.. cells.Select(Clean)]);

    public override string ToString()
    {
        int[] widths = [.. headings.Select((_, column) => _lines.Max(line => column < line.Length ? line[column].Length : 0))];
        var text = new StringBuilder();
        var built = new StringBuilder();
        foreach (string[] line in _lines)
        {
            built.Clear();
            for (int column = 0; column < line.Length; column++)
            {
                built.Append(Array.IndexOf(rightAligned, column) < 0 ? line[column].PadRight(widths[column]) : line[column].PadLeft(widths[column])).Append("  ");
            }

            text.Append(built.ToString().TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>One line of text without anything that would control a terminal, turn its direction, or be no text at all.</summary>
    private static string Clean(string cell)
    {
        var clean = new StringBuilder();
        foreach (var rune in cell.EnumerateRunes())
        {
            // Half of a surrogate pair is enumerated as the replacement character.
            if (clean.Length + rune.Utf16SequenceLength >= WidestCell)
            {
                return clean.Append('…').ToString();
            }

            clean.Append(Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                ? Rune.ReplacementChar.ToString()
                : rune.ToString());
        }

        return clean.ToString();
    }
}
