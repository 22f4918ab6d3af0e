using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// Tools and agents of a room as functions for a model, each with its own schema. Calling one is a call like every other: in the
/// tree of the call in whose handler it is made, with the rights, budgets, approvals and journal of that. Immutable; make it
/// once and use it for any number of turns.
/// </summary>
/// <remarks>
/// <c>weather/forecast</c> is <c>weather_forecast</c> to the model, the agent <c>nlp.shorten</c> is <c>nlp_shorten</c>, by a
/// <see cref="ToolNameTable"/>. Tools that take a stream of input beside their arguments are left out: a model cannot give one.
/// </remarks>
/// <example><code>
/// var functions = await RoomFunctions.OfAsync(context);                                       // What an agent may use in a call.
/// var others = await RoomFunctions.OfAsync(room, toolkit => toolkit.Name == "weather", "nlp.*");   // What a participant sees.
/// </code></example>
public sealed class RoomFunctions
{
    private readonly Dictionary<string, RoomFunction> _byName = new(StringComparer.Ordinal);
    private readonly RoomFunction[] _functions;

    private RoomFunctions(RoomClient room, IEnumerable<(ToolkitInfo Toolkit, ToolDefinition Tool, ToolAddress Address, bool IsShared)> tools)
    {
        Room = room;
        ToolNameTable? names = null;
        StringBuilder? rules = null;
        string? ruled = null;
        foreach (var (toolkit, tool, address, isShared) in tools)
        {
            // The name is that of the tool; at whom it is called is a part of it only where several have it and they are not one.
            string name = (names ??= new()).Add(isShared ? address : new ToolAddress($"{address.Toolkit}/{address.Tool}"));
            var function = new RoomFunction(room, name, tool, address);
            _byName.Add(name, function);
            AddRules(rules ??= new(), toolkit, function, ref ruled);
        }

        _functions = [.. _byName.Values];
        Rules = rules is null or { Length: 0 } ? null : rules.ToString().TrimEnd();
    }

    /// <summary>The room as the participant sees it that calls.</summary>
    public RoomClient Room { get; }

    /// <summary>The functions, in the order of their toolkits.</summary>
    public IReadOnlyList<AIFunction> Functions => _functions;

    /// <summary>The rules of the toolkits and their tools, as text for the instructions of the model; null where there are none.</summary>
    public string? Rules { get; }

    /// <summary>None at all, for a model that only talks.</summary>
    /// <param name="room">The room as the participant sees it that asks the model.</param>
    public static RoomFunctions None(RoomClient room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return new(room, []);
    }

    /// <summary>What an agent may use in one call: its own toolkits, those that it requires, those that its caller gave; see <see cref="AgentCallContext.GetToolkitsAsync"/>.</summary>
    /// <param name="context">The call.</param>
    /// <exception cref="MeshException">Two tools would have one name (<see cref="MeshErrorCode.NameTaken"/>; the message names both),
    /// a name is too long (<see cref="MeshErrorCode.InvalidDefinition"/>), or the toolkits cannot be listed.</exception>
    public static async ValueTask<RoomFunctions> OfAsync(AgentCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Of(context.Room, await context.GetToolkitsAsync().ConfigureAwait(false));
    }

    /// <summary>Given toolkits of an agent.</summary>
    /// <param name="room">The room as the agent's participant sees it.</param>
    /// <param name="toolkits">The toolkits, each name once.</param>
    /// <exception cref="MeshException">As for the other overload.</exception>
    public static RoomFunctions Of(RoomClient room, IEnumerable<AgentToolkit> toolkits)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(toolkits);
        return new(room, toolkits.SelectMany(toolkit => Usable(toolkit.Info).Select(tool => (toolkit.Info, tool, toolkit.AddressOf(tool.Name), false))));
    }

    /// <summary>What a participant sees in the room: toolkits, and agents as tools.</summary>
    /// <param name="room">The room as it sees it.</param>
    /// <param name="toolkits">Which toolkits; null for all.</param>
    /// <param name="agents">Which agents, those of the participant itself excepted; null for none.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="MeshException">As for the other overloads.</exception>
    public static async ValueTask<RoomFunctions> OfAsync(
        RoomClient room, Func<ToolkitInfo, bool>? toolkits = null, AgentFilter? agents = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        var listed = (await room.Toolkits.ListAsync(cancellationToken: cancellationToken).ConfigureAwait(false)).Where(toolkit => toolkits is null || toolkits(toolkit)).ToList();
        var chosen = new List<(ToolkitInfo, ToolDefinition, ToolAddress, bool)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var toolkit in listed)
        {
            // Who offers the same beside others serves the same calls; who is to be addressed is one of its own.
            bool isOne = toolkit.AddressedOnly || toolkit.IsPrivate;
            string? participant = isOne ? toolkit.Participant : null;
            foreach (var tool in Usable(toolkit))
            {
                var address = new ToolAddress(toolkit.Name, tool.Name, participant);
                bool isNew = seen.Add(address.Path);
                if (isNew || isOne)
                {
                    chosen.Add((toolkit, tool, address, !isNew));
                }
            }
        }

        if (agents is not null)
        {
            var asToolkit = await room.Agents.AsToolkitAsync(agents, cancellationToken).ConfigureAwait(false);
            chosen.AddRange(Usable(asToolkit).Select(tool => (asToolkit, tool, new ToolAddress(asToolkit.Name, tool.Name), false)));
        }

        return new(room, chosen);
    }

    /// <summary>Finds a function.</summary>
    /// <param name="name">The name that it has for the model.</param>
    /// <param name="address">The tool that it calls.</param>
    public bool TryFind(string name, [MaybeNullWhen(false)] out ToolAddress address)
    {
        bool isFound = _byName.TryGetValue(name, out var function);
        address = isFound ? function!.Address : default;
        return isFound;
    }

    internal RoomFunction? Find(string name) => _byName.GetValueOrDefault(name);

    private static IEnumerable<ToolDefinition> Usable(ToolkitInfo toolkit) => toolkit.Tools.Where(tool => !tool.TakesStream);

    private static void AddRules(StringBuilder rules, ToolkitInfo toolkit, RoomFunction function, ref string? ruled)
    {
        if (toolkit.Rules is null && function.Definition.Rules is null)
        {
            return;
        }

        if (ruled != toolkit.Name)
        {
            ruled = toolkit.Name;
            rules.Append("Rules for the tools of ").Append(toolkit.Name).AppendLine(":");
            if (toolkit.Rules is { } common)
            {
                rules.AppendLine(common);
            }
        }

        if (function.Definition.Rules is { } own)
        {
            rules.Append("- ").Append(function.Name).Append(": ").AppendLine(own);
        }
    }
}
