namespace Mesh;

/// <summary>What came of asking one of several agents. Immutable.</summary>
/// <param name="Agent">The agent: one registration by one participant.</param>
/// <param name="Outcome">How the call ended. An output that cannot be read as the type is an error of the code
/// <see cref="MeshErrorCode.InvalidOutput"/>.</param>
/// <param name="Value">The output; the type's default where there is none.</param>
/// <typeparam name="T">What the output was read as.</typeparam>
public sealed record AgentAnswer<T>(AgentInfo Agent, CallOutcome Outcome, T? Value)
{
    /// <summary>Whether the agent has answered, so that <see cref="Value"/> is what it said.</summary>
    public bool IsResult => Outcome.IsResult;

    /// <summary>Why there is no answer; null where there is one.</summary>
    public MeshError? Error => Outcome.Error;
}

/// <summary>What came of asking several agents. Immutable.</summary>
/// <typeparam name="T">What the outputs were read as.</typeparam>
public sealed record GatheredAnswers<T>
{
    internal GatheredAnswers(IReadOnlyList<AgentAnswer<T>> answers, int required)
    {
        Answers = answers;
        Required = required;
        Values = [.. answers.Where(answer => answer.IsResult).Select(answer => answer.Value!)];
    }

    /// <summary>One entry for each agent that was asked, in the order of their registration, whether it has answered or not.</summary>
    public IReadOnlyList<AgentAnswer<T>> Answers { get; }

    /// <summary>The outputs of those that have answered, in the same order.</summary>
    public IReadOnlyList<T> Values { get; }

    /// <summary>How many were to answer: the quorum, or all.</summary>
    public int Required { get; }

    /// <summary>Whether as many have answered as were to.</summary>
    public bool IsReached => Values.Count >= Required;

    /// <summary>This, where as many have answered as were to.</summary>
    /// <exception cref="MeshException">Fewer have; the message says why for each. The code is that of the failures where it is the
    /// same for all, else <see cref="MeshErrorCode.Unavailable"/>.</exception>
    public GatheredAnswers<T> EnsureReached() => IsReached ? this : throw new MeshException(GatherErrors.TooFew(this));
}
