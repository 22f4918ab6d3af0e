using System.Globalization;

namespace Mesh;

/// <summary>What is said where several agents are asked and not all, or not enough, answer.</summary>
internal static class GatherErrors
{
    /// <summary>How many failures a message tells of.</summary>
    private const int MostTold = 5;

    public static MeshError NobodyOffers(AgentFilter agents, string room) =>
        new(MeshErrorCode.NotFound, $"In room '{room}' nobody offers an agent that can be asked {agents.Describe()}.")
        {
            Remedy = "List the agents to see what is; a private agent is seen only by those that it is offered to.",
            Retryable = true,
        };

    public static MeshError TooFewOffer(AgentFilter agents, string room, int offered, int quorum) =>
        new(MeshErrorCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"{quorum} answers are wanted, and in room '{room}' there are {offered} agents that can be asked {agents.Describe()}. None was asked."))
        {
            Remedy = "Ask for fewer answers, or wait until more offer it.",
            Retryable = true,
        };

    public static MeshError NotInTime(AgentInfo agent, TimeSpan limit) =>
        new(MeshErrorCode.DeadlineExceeded, string.Create(CultureInfo.InvariantCulture, $"Agent '{agent.Address}' had not answered when the {limit.TotalSeconds:0.###} s for all of them were over, and was cancelled."))
        {
            Remedy = "Give GatherOptions a longer TimeLimit, or do with the answers that came.",
            Retryable = true,
        };

    public static MeshError NotWaitedFor(AgentInfo agent) =>
        new(MeshErrorCode.Cancelled, $"Agent '{agent.Address}' was cancelled: it was clear by then whether enough others would answer.");

    public static MeshError TooFew<T>(GatheredAnswers<T> gathered)
    {
        // Those that were cancelled because of the others are no reason.
        AgentAnswer<T>[] failed = [.. gathered.Answers.Where(answer => answer.Error is not null)];
        AgentAnswer<T>[] telling = [.. failed.Where(answer => answer.Error!.Code != MeshErrorCode.Cancelled)];
        telling = telling.Length == 0 ? failed : telling;
        MeshError[] reasons = [.. telling.Select(answer => answer.Error!)];
        string more = reasons.Length > MostTold ? string.Create(CultureInfo.InvariantCulture, $"; and {reasons.Length - MostTold} more") : "";
        return new(
            reasons.All(error => error.Code == reasons[0].Code) ? reasons[0].Code : MeshErrorCode.Unavailable,
            string.Create(CultureInfo.InvariantCulture, $"Of {gathered.Answers.Count} agents {gathered.Required} were to answer, and {gathered.Values.Count} did. {string.Join("; ", telling.Take(MostTold).Select(Describe))}{more}"))
        {
            Remedy = reasons.Select(error => error.Remedy).FirstOrDefault(remedy => remedy is not null),
            Retryable = reasons.Any(error => error.Retryable),
            RetryAfter = reasons.Min(error => error.RetryAfter),
        };
    }

    /// <summary>Whose failure it is, and why: what an agent itself says does not name it.</summary>
    private static string Describe<T>(AgentAnswer<T> answer)
    {
        string name = $"Agent '{answer.Agent.Address}'";
        return answer.Error!.Message.Contains(name, StringComparison.Ordinal) ? answer.Error.Message : $"{name}: {answer.Error.Message}";
    }
}
