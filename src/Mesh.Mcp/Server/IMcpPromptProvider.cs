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
    /// <param name="request">The prompt's name and its arguments; all that are required are there. It also holds what the client
    /// answers, where this provider has asked it something before: by an <see cref="InputRequiredException"/>, which clients of
    /// revision 2026-07-28 understand.</param>
    /// <param name="cancellationToken">Cancelled when the client no longer waits.</param>
    /// <returns>The prompt; null where this provider has none of that name.</returns>
    ValueTask<GetPromptResult?> GetAsync(RoomClient room, GetPromptRequestParams request, CancellationToken cancellationToken);

    /// <summary>Values for an argument of a prompt.</summary>
    /// <param name="room">The room as the participant sees it.</param>
    /// <param name="name">The prompt's name.</param>
    /// <param name="argument">The argument's name.</param>
    /// <param name="value">What was typed so far.</param>
    /// <param name="cancellationToken">Cancelled when the client no longer waits.</param>
    /// <returns>The values that begin so, the likeliest first; empty where there are none, or the prompt is not one of this provider's.</returns>
    ValueTask<IReadOnlyList<string>> CompleteAsync(RoomClient room, string name, string argument, string value, CancellationToken cancellationToken);
}
