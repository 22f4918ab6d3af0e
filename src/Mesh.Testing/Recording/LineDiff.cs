using System.Globalization;
using System.Text;

namespace Mesh.Testing;

/// <summary>The difference of two texts, line by line, with two lines around each change.</summary>
internal static class LineDiff
{
    private const int Around = 2;

    // The table of the comparison has one cell for each pair of lines.
    private const int MostLines = 2_000;

    public static string Of(IReadOnlyList<string> then, IReadOnlyList<string> now)
    {
        int same = 0;
        while (same < then.Count && same < now.Count && then[same] == now[same])
        {
            same++;
        }

        var lines = new List<(char Sign, string Text)>(then.Take(same).Select(line => (' ', line)));
        lines.AddRange(Compare([.. then.Skip(same)], [.. now.Skip(same)]));
        return Shown(lines);
    }

    private static List<(char Sign, string Text)> Compare(string[] then, string[] now)
    {
        if (then.Length > MostLines || now.Length > MostLines)
        {
            return [.. then.Select(line => ('-', line)), .. now.Select(line => ('+', line))];
        }

        // How many lines the rests of both have in common, from each pair of places on.
        int[,] common = new int[then.Length + 1, now.Length + 1];
        for (int i = then.Length - 1; i >= 0; i--)
        {
            for (int j = now.Length - 1; j >= 0; j--)
            {
                common[i, j] = then[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var lines = new List<(char, string)>();
        for (int i = 0, j = 0; i < then.Length || j < now.Length;)
        {
            if (i < then.Length && j < now.Length && then[i] == now[j])
            {
                lines.Add((' ', then[i++]));
                j++;
            }
            else if (j == now.Length || (i < then.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add(('-', then[i++]));
            }
            else
            {
                lines.Add(('+', now[j++]));
            }
        }

        return lines;
    }

    private static string Shown(List<(char Sign, string Text)> lines)
    {
        var text = new StringBuilder();
        int left = 0;
        for (int i = 0; i < lines.Count; i++)
        {
            bool isShown = lines.Skip(Math.Max(0, i - Around)).Take(i - Math.Max(0, i - Around) + Around + 1).Any(line => line.Sign != ' ');
            if (!isShown)
            {
                left++;
                continue;
            }

            AppendLeft();
            text.Append(lines[i].Sign).Append(' ').AppendLine(lines[i].Text);
        }

        AppendLeft();
        return text.ToString().TrimEnd();

        void AppendLeft()
        {
            if (left > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"  … {left} lines that are the same").AppendLine();
                left = 0;
            }
        }
    }
}
