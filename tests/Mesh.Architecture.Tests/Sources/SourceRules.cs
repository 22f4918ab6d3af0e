using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Mesh.Architecture.Tests.Sources;

/// <summary>Rules about the text of source files. Each gives what breaks it, with the path and the line.</summary>
internal static partial class SourceRules
{
    public const int MostLines = 400;

    public static IEnumerable<string> Suppressions(SourceFile file) => Lines(file, Suppression());

    public static IEnumerable<string> MutedDiagnostics(SourceFile editorConfig) => Lines(editorConfig, MutedDiagnostic());

    /// <summary>Properties of a project or props file that let a warning pass, other than with a value that is allowed.</summary>
    public static IEnumerable<string> SilencedWarnings(XDocument project, params string[] allowed) =>
        from element in project.Descendants()
        let value = element.Value.Trim()
        where element.Name.LocalName switch
        {
            "NoWarn" or "WarningsNotAsErrors" => !allowed.Contains(value),
            "TreatWarningsAsErrors" or "IsAotCompatible" or "EnforceCodeStyleInBuild" => value != "true",
            "Nullable" => value != "enable",
            _ => false,
        }
        select $"<{element.Name.LocalName}>{value}";

    public static IEnumerable<string> TooLong(SourceFile file)
    {
        int lines = file.Text.TrimEnd('\n').Split('\n').Length;
        return lines > MostLines ? [$"{file.Path} has {lines} lines"] : [];
    }

    /// <summary>
    /// Waits for time to pass: <c>Thread.Sleep</c>, and <c>Task.Delay</c> unless it waits on a given time provider, or
    /// for ever as a handler does that never answers.
    /// </summary>
    public static IEnumerable<string> Sleeps(SourceFile file) =>
        from call in Sleep().Matches(WithoutComments(file.Text))
        let arguments = Arguments(WithoutComments(file.Text), call.Index + call.Length)
        where call.Value.StartsWith("Thread", StringComparison.Ordinal) || !MayDelay(arguments)
        select $"{file.Path}: {call.Value}{string.Join(", ", arguments)})";

    private static bool MayDelay(List<string> arguments) =>
        arguments[0].StartsWith("Timeout.Infinite", StringComparison.Ordinal)
        || arguments.Skip(1).Any(argument => TimeSource().IsMatch(argument));

    private static IEnumerable<string> Lines(SourceFile file, Regex forbidden) =>
        from line in file.Text.Split('\n').Index()
        where forbidden.IsMatch(line.Item)
        select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}";

    private static string WithoutComments(string text) => Comment().Replace(text, "");

    /// <summary>The arguments of the call whose opening parenthesis ends just before <paramref name="start"/>.</summary>
    private static List<string> Arguments(string text, int start)
    {
        var arguments = new List<string>();
        int depth = 0;
        for (int end = start; end < text.Length; end++)
        {
            bool closes = text[end] is ')' or ']' or '}';
            if (depth == 0 && (closes || text[end] == ','))
            {
                arguments.Add(text[start..end].Trim());
                start = end + 1;
                if (closes)
                    break;
            }

            depth += text[end] is '(' or '[' or '{' ? 1 : closes ? -1 : 0;
        }

        return arguments;
    }

    [GeneratedRegex(@"#\s*pragma\s+warning\s+disable|\[[^\]]*\b(Unconditional)?SuppressMessage(Attribute)?\b|#\s*nullable\s+disable")]
    private static partial Regex Suppression();

    [GeneratedRegex(@"^\s*dotnet_(diagnostic|analyzer_diagnostic)\S*\.severity\s*=\s*(none|silent|suggestion)")]
    private static partial Regex MutedDiagnostic();

    [GeneratedRegex(@"\b(Thread\.Sleep|Task\.Delay)\s*\(")]
    private static partial Regex Sleep();

    [GeneratedRegex("time|clock", RegexOptions.IgnoreCase)]
    private static partial Regex TimeSource();

    [GeneratedRegex(@"(?<=^|\s)//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
