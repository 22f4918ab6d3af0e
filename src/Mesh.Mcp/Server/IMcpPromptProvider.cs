using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>Gives MCP clients prompts for their people to choose from. Called for several requests at once.</summary>
public interface IMcpPromptProvider
{
    /// <summary>The prompts, in a fixed order.</summary>
    /// <param name="room">The room as the participant sees it.</param>
    /// <param name="cancellationToken">Cancelled when the client no longer waits.</param>
    ValueTask<IReadOnlyList<Prompt>> ListAsync(RoomClient room, CancellationToken cancellationToken);

    /// <summary>One prompt, made with arguments.</summary>
    /// <param name="room">The room as the participant sees it.</param>
    /// <param name="name">The prompt's name.</param>
    /// <param name="arguments">The arguments; all that are required are there.</param>
    /// <param name="cancellationToken">Cancelled when the client no longer waits.</param>
    /// <returns>The prompt; null where this provider has none of that name.</returns>
    ValueTask<GetPromptResult?> GetAsync(RoomClient room, string name, IReadOnlyDictionary<string, JsonElement> arguments, CancellationToken cancellationToken);

    /// <summary>Values for an argument of a prompt.</summary>
    /// <param name="room">The room as the participant sees it.</param>
    /// <param name="name">The prompt's name.</param>
    /// <param name="argument">The argument's name.</param>
    /// <param name="value">What was typed so far.</param>
    /// <param name="cancellationToken">Cancelled when the client no longer waits.</param>
    /// <returns>The values that begin so, the likeliest first; empty where there are none, or the prompt is not one of this provider's.</returns>
    ValueTask<IReadOnlyList<string>> CompleteAsync(RoomClient room, string name, string argument, string value, CancellationToken cancellationToken);
}
