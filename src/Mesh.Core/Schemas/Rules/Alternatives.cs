using System.Globalization;

namespace Mesh;

/// <summary>
/// The report of <c>anyOf</c> and <c>oneOf</c> when no alternative fits: it says which one came closest and why that
/// fails, because that is what a caller has to mend. Runs for failures that are collected, never on the hot path.
/// </summary>
internal static class Alternatives
{
    private const int MaxTried = 8;
    private const int MaxFailures = 4;

    public static void ReportNone(ref SchemaEvaluation evaluation, KeywordSite site, int token, SchemaNode[] nodes)
    {
        ViolationList? violations = evaluation.Mute();
        if (violations is null)
            return;
        string? closest = null;
        if (violations.Explains && nodes.Length is > 1 and <= MaxTried)
            closest = FindClosest(ref evaluation, token, nodes, violations);
        evaluation.Unmute(violations);
        violations.Add(evaluation, site, token, null, closest);
    }

    private static string? FindClosest(ref SchemaEvaluation evaluation, int token, SchemaNode[] nodes, ViolationList violations)
    {
        string? closest = null;
        int best = int.MaxValue;
        for (int i = 0; i < nodes.Length && !evaluation.Aborted; i++)
        {
            // Alternatives inside this one are not explained in their turn: that would multiply.
            ViolationList own = new(MaxFailures, violations.IncludesValues, explains: false);
            evaluation.Unmute(own);
            nodes[i].Evaluate(ref evaluation, token, -1);
            int distance = Distance(own.Items);
            if (distance < best)
                closest = string.Create(CultureInfo.InvariantCulture, $"; the closest is number {i + 1}: {own.Items[0]}");
            else if (distance == best)
                closest = null;
            best = Math.Min(best, distance);
        }

        return closest;
    }

    /// <summary>A wrong type or a wrong constant mostly means that another alternative was intended.</summary>
    private static int Distance(List<SchemaViolation> failures)
    {
        int distance = failures.Count == 0 ? int.MaxValue : 0;
        foreach (SchemaViolation failure in failures)
            distance += failure.Keyword switch { "type" => 50, "const" => 20, _ => 1 };
        return distance;
    }
}
