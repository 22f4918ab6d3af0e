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
        (int Number, (KeywordSite? Site, int Token, string? Missing) Reason) closest = default;
        if (violations.Explains && nodes.Length is > 1 and <= MaxTried)
            closest = FindClosest(ref evaluation, token, nodes);
        evaluation.Unmute(violations);
        if (closest.Number > 0)
            violations.AddClosest(evaluation, site, token, closest.Number, closest.Reason);
        else
            violations.Add(evaluation, site, token, null);
    }

    /// <returns>The number of the alternative, counted from 1, with its first failure; 0 when none is closest.</returns>
    private static (int Number, (KeywordSite? Site, int Token, string? Missing) Reason) FindClosest(ref SchemaEvaluation evaluation, int token, SchemaNode[] nodes)
    {
        ViolationList probe = new(MaxFailures, includeValues: false, probes: true);
        evaluation.Unmute(probe);
        int best = int.MaxValue, closest = 0;
        (KeywordSite? Site, int Token, string? Missing) reason = default;
        for (int i = 0; i < nodes.Length && !evaluation.Aborted; i++)
        {
            probe.Probed = default;
            nodes[i].Evaluate(ref evaluation, token, -1);
            int weight = probe.Probed.Weight;
            if (weight < best && weight > 0)
                (best, closest, reason) = (weight, i + 1, probe.First);
            else if (weight == best)
                closest = 0;
        }

        return (closest, reason);
    }
}
