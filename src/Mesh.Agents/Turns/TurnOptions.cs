using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>The options of a model for one turn: those that were given, with the functions and the rules of the room.</summary>
internal static class TurnOptions
{
    /// <summary>Whoever would run a tool here would run it around the call path.</summary>
    /// <exception cref="ArgumentException">There is such a tool.</exception>
    public static void Check(ChatOptions? options)
    {
        foreach (var tool in options?.Tools ?? [])
        {
            if (tool is AIFunctionDeclaration and not RoomFunction)
            {
                throw new ArgumentException(
                    $"Function '{tool.Name}' among the options is no tool of the room. Offer it there, as the agent's own toolkit: function.AsTool().", nameof(options));
            }
        }
    }

    public static ChatOptions Of(ChatOptions? given, RoomFunctions functions)
    {
        var options = given?.Clone() ?? new ChatOptions();
        if (functions.Functions.Count > 0)
        {
            var tools = new List<AITool>((options.Tools?.Count ?? 0) + functions.Functions.Count);
            tools.AddRange(functions.Functions);
            if (options.Tools is { } hosted)
            {
                tools.AddRange(hosted.Where(tool => tool is not RoomFunction));
            }

            options.Tools = tools;
        }

        if (functions.Rules is { } rules)
        {
            options.Instructions = string.IsNullOrEmpty(options.Instructions) ? rules : $"{options.Instructions}\n\n{rules}";
        }

        return options;
    }
}
