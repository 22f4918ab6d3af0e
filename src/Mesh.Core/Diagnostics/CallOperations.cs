using System.Collections.Concurrent;

namespace Mesh;

/// <summary>The operation of each tool that was ever called here, by its path: what only depends on the tool is made once.</summary>
internal static class CallOperations
{
    // The names of tools are the participants' choice, and each one makes a series of the histogram.
    private const int MostTools = 1_000;

    // A caller may ask for a tool by any name at all.
    private const int LongestName = 256;

    private const string AgentPrefix = Names.AgentToolkit + "/";

    private static readonly ConcurrentDictionary<string, Operation> Known = new(StringComparer.Ordinal);

    /// <summary>What is known of a call before it is resolved; a name that is not known yet is taken as it is.</summary>
    public static Operation Expect(ToolAddress target)
    {
        string path = target.Path;
        return Known.TryGetValue(path, out var known) ? known
            : BuiltInToolkits.Find(target) is { } own ? Of(own)
            : Unknown(path.Length <= LongestName ? path : $"{path.AsSpan(0, LongestName)}…");
    }

    /// <summary>What a call turned out to be. Only tools that are there are remembered.</summary>
    public static Operation Settle(Operation expected, ToolInstance? instance) =>
        expected.IsKnown || instance is null ? expected : Of(instance);

    private static Operation Of(ToolInstance instance) => Known.TryGetValue(instance.Path, out var known) ? known
        : instance.Registration is null ? Known.GetOrAdd(instance.Path, static path => Operation.OfRoom(path.Replace('/', '.')))
        : Known.Count >= MostTools ? Unknown(instance.Path)
        : Known.GetOrAdd(instance.Path, static path => AgentNameIn(path) is { } agent ? Operation.OfAgent(agent) : Operation.OfTool(path));

    private static Operation Unknown(string path) =>
        AgentNameIn(path) is { } agent ? Operation.OfAgent(agent, isKnown: false) : Operation.OfTool(path, isKnown: false);

    /// <summary>The name of the agent at a path; null for that of a tool.</summary>
    private static string? AgentNameIn(string path) => path.StartsWith(AgentPrefix, StringComparison.Ordinal) ? path[AgentPrefix.Length..] : null;
}
