using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// Tools, agents and models of the one world as those of the other. What calls them is always a call of the room: rights, budgets,
/// approvals and the journal hold.
/// </summary>
public static class AIAdapters
{
    /// <summary>A function of Microsoft.Extensions.AI as a tool, with its schemas; one that asks for approval there does so here.</summary>
    /// <param name="function">The function. A failure of it is one of the tool.</param>
    /// <param name="name">The tool's name; null for the function's.</param>
    /// <param name="options">What the function does not say; null for the defaults.</param>
    /// <exception cref="MeshException">The name is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static Tool AsTool(this AIFunction function, string? name = null, ToolOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return AIFunctionTool.Of(function, name, options);
    }

    /// <summary>A tool of a room as a function, with its schemas, for whatever runs functions. A failing call throws <see cref="MeshException"/>.</summary>
    /// <param name="room">The room as the participant sees it that calls.</param>
    /// <param name="tool">The tool, as a listing has it.</param>
    /// <param name="address">Where it is called.</param>
    /// <exception cref="MeshException">The name would be too long (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static AIFunction AsAIFunction(this RoomClient room, ToolDefinition tool, ToolAddress address)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(tool);
        return new RoomFunction(room, new ToolNameTable().Add(new ToolAddress(address.Toolkit, address.Tool)), tool, address);
    }

    /// <summary>An agent of a room as a function, with its schemas, for whatever runs functions; see the overload for tools.</summary>
    /// <param name="room">The room as the participant sees it that asks.</param>
    /// <param name="agent">The agent, as a listing has it.</param>
    /// <exception cref="MeshException">The agent is not asked (<see cref="MeshErrorCode.NotInvocable"/>).</exception>
    public static AIFunction AsAIFunction(this RoomClient room, AgentInfo agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var contract = agent.Contract;
        return !contract.IsInvocable
            ? throw new MeshException(new MeshError(MeshErrorCode.NotInvocable, $"Agent '{agent.Name}' cannot be asked.") { Remedy = "Choose a responder, a streamer or a trigger." })
            : room.AsAIFunction(
                new()
                {
                    Name = contract.Name,
                    Title = contract.Title,
                    Description = contract.Description,
                    InputSchema = contract.InputSchema,
                    OutputSchema = contract.OutputSchema,
                    ChunkSchema = contract.ChunkSchema,
                    Annotations = contract.Annotations,
                },
                agent.Address.Tool);
    }

    /// <summary>
    /// A model as an agent: it is asked with a <c>prompt</c>, and answers with text, which is streamed to whoever streams. Who asks for one answer gets the array of
    /// its pieces, as of every stream, and a model that has it as a tool their text; for one that answers with one string, make an <see cref="LlmTaskRunner"/>.
    /// </summary>
    /// <param name="model">The model; it stays its owner's.</param>
    /// <param name="name">The agent's name.</param>
    /// <param name="options">What the agent says of itself; null for the defaults.</param>
    /// <param name="loop">Limits; null for the defaults.</param>
    /// <exception cref="MeshException">The name or an option is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static LlmTaskRunner AsAgent(this IChatClient model, string name, AgentOptions? options = null, ToolLoopOptions? loop = null) =>
        new(name, model, options: options, loop: loop, streamsText: true);

    /// <summary>
    /// An agent as a model, for whatever talks to models: one that takes one text, whatever that property is called, or a <see cref="ChatBot"/>. What streams
    /// is streamed. The usage is what the agent itself has reported; what others have used for it is in the journal of their calls.
    /// </summary>
    /// <remarks>
    /// <para>One text is what the only message says; of a conversation, and of instructions, each begins with who says it, as <c>user: …</c>, with an empty line
    /// between. Files are refused (<see cref="MeshErrorCode.InvalidArguments"/>).</para>
    /// <para>A <see cref="ChatBot"/> keeps conversations itself: its thread is the <see cref="ChatResponse.ConversationId"/> of the answer; who gives that back in the
    /// options sends only what is new. Files are attachments. Streamed is all that it says until the answer is whole, also before and between calls of its tools; that takes the rights
    /// to <c>open</c> and <c>watch</c> of its toolkit, without which the answer comes in one piece.</para>
    /// <para>The agent has its own tools, its own model and its own schema: all else among the options is of no effect. What fails is a
    /// <see cref="MeshException"/>.</para>
    /// </remarks>
    /// <param name="room">The room as the participant sees it that asks.</param>
    /// <param name="agent">The agent, as a listing has it.</param>
    /// <exception cref="MeshException">The agent is not asked (<see cref="MeshErrorCode.NotInvocable"/>), or takes something else than one text
    /// (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static IChatClient AsChatClient(this RoomClient room, AgentInfo agent)
    {
        ArgumentNullException.ThrowIfNull(room);
        ArgumentNullException.ThrowIfNull(agent);
        return AgentChatClient.Of(room, agent);
    }
}
