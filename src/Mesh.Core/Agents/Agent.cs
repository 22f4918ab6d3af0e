using System.Text.Json;

namespace Mesh;

/// <summary>
/// An agent: a contract and the code behind it. Make one of any function with <c>Agent.Create</c>; its shape follows from
/// the function's signature. It is a reusable definition: one agent may be registered in any number of rooms, and its
/// function is called from many threads at once.
/// </summary>
/// <example><code>
/// await using var registration = await room.Agents.RegisterAsync(
///     Agent.Create("nlp.shorten", (string text) => text[..Math.Min(text.Length, 80)]));
/// string shorter = await room.Agents.AskAsync&lt;string&gt;("nlp.shorten", text);
/// </code></example>
public abstract partial class Agent
{
    /// <param name="contract">What those who ask it rely on.</param>
    /// <param name="options">Where its limits and its gate come from; null for none.</param>
    private protected Agent(AgentContract contract, AgentOptions? options)
    {
        contract.Check();
        Contract = contract;
        Limits = (options?.MaxConcurrency, options?.MaxWaiting);
        Gate = options?.Gate;
    }

    /// <summary>What those who ask the agent rely on.</summary>
    public AgentContract Contract { get; private protected init; }

    /// <summary>The name, such as <c>nlp.summarizer</c>.</summary>
    public string Name => Contract.Name;

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>The agent's code: it serves a call, or, for an agent that runs in the background, it is what runs there.</summary>
    internal abstract Tool Code { get; }

    /// <summary>What limits the calls of each of its registrations, where those do not say.</summary>
    internal (int? MaxConcurrency, int? MaxWaiting) Limits { get; init; }

    /// <summary>What the room's state must say for it to run; null for one that always runs.</summary>
    internal AgentGate? Gate
    {
        get;
        init => field = value is null || Contract.RunsInBackground ? value : throw new MeshException(new MeshError(
            MeshErrorCode.InvalidDefinition, $"Agent '{Name}' has a gate, and does not run in the background.")
        {
            Remedy = "Leave the gate out: an agent that is asked runs only when it is.",
        });
    }

    /// <summary>The same agent with the serializer options of a host, where it has none of its own.</summary>
    internal virtual Agent BoundTo(JsonSerializerOptions hostOptions) => this;
}

/// <summary>An agent that is a function.</summary>
internal sealed class FunctionAgent(AgentContract contract, Tool code, AgentOptions? options = null, Func<JsonSerializerOptions, Agent>? rebind = null)
    : Agent(contract, options)
{
    internal override Tool Code => code;

    internal override Agent BoundTo(JsonSerializerOptions hostOptions) => rebind?.Invoke(hostOptions) ?? this;
}
