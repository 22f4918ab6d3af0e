using System.Text.RegularExpressions;

namespace Mesh;

/// <summary>The versions of agents: those of semver.org 2.0.0.</summary>
internal static partial class AgentVersion
{
    private const int Longest = 64;

    /// <exception cref="MeshException">It is none (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static void Check(string agent, string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (version.Length > Longest || !Semantic().IsMatch(version))
        {
            throw new MeshException(new MeshError(
                MeshErrorCode.InvalidDefinition,
                $"Agent '{agent}': version '{ShownText.Cut(version, Longest)}' is malformed.")
            {
                Remedy = "A version is major.minor.patch, such as 1.4.0 or 2.0.0-rc.1, as semver.org has it.",
            });
        }
    }

    [GeneratedRegex(
        """^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?\z""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Semantic();
}
