using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

public sealed partial class AgentsClient
{
    /// <summary>Asks an agent and reads its output as a type. The output of a streamer is the array of its items.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input, written as what it is at run time; JSON as it is; null for none.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, wherever the agent runs.</param>
    /// <typeparam name="TOutput">What to read the output as; <see cref="ToolResponse"/> to get it as it is.</typeparam>
    /// <exception cref="MeshException">The call did not end with a result, or the output cannot be read as the type
    /// (<see cref="MeshErrorCode.InvalidOutput"/>). Nobody offers the agent (<see cref="MeshErrorCode.NotFound"/>); it is a
    /// publisher or a watcher (<see cref="MeshErrorCode.NotInvocable"/>).</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask<TOutput> AskAsync<TOutput>(
        AgentAddress agent, object? input = null, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var json = _room.Host.Json.ForCallers();
        return AskAsync(agent, AgentInput.Write(input, json), (JsonTypeInfo<TOutput>)json.GetTypeInfo(typeof(TOutput)), options, cancellationToken);
    }

    /// <summary>Asks an agent with given serializer metadata; safe for trimming and native code.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input; null for none.</param>
    /// <param name="inputType">How to write the input.</param>
    /// <param name="outputType">How to read the output.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, wherever the agent runs.</param>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <exception cref="MeshException">As for the other overloads.</exception>
    public ValueTask<TOutput> AskAsync<TInput, TOutput>(
        AgentAddress agent,
        TInput input,
        JsonTypeInfo<TInput> inputType,
        JsonTypeInfo<TOutput> outputType,
        CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputType);
        return AskAsync(agent, AgentInput.Write(input, inputType), outputType, options, cancellationToken);
    }

    /// <summary>Asks an agent with JSON, and reads its output with given serializer metadata; safe for trimming and native code.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input as JSON, as the agent's schema has it; default for none.</param>
    /// <param name="outputType">How to read the output.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, wherever the agent runs.</param>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <exception cref="MeshException">As for the other overloads.</exception>
    public async ValueTask<TOutput> AskAsync<TOutput>(
        AgentAddress agent,
        JsonPayload input,
        JsonTypeInfo<TOutput> outputType,
        CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(outputType);
        var outcome = await _room.Call(agent.Tool, input, options, cancellationToken).ConfigureAwait(false);
        return ResponseReader.Read(outcome.GetResult(cancellationToken), outputType, agent.Tool);
    }

    /// <summary>Asks an agent with parsed JSON and returns its response as it is.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input as the agent's schema has it: an object. Its document must live until the call has ended.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, wherever the agent runs.</param>
    /// <exception cref="MeshException">As for the other overloads.</exception>
    public ValueTask<ToolResponse> AskAsync(
        AgentAddress agent, JsonElement input, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _room.Toolkits.InvokeAsync(agent.Tool, input, options, cancellationToken);

    /// <summary>Asks an agent and returns how the call ended, whatever that is.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input as JSON, as the agent's schema has it; default for none.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="inputStream">What to stream in beside the input, or null; see <see cref="StreamedInput"/>.</param>
    /// <param name="cancellationToken">Cancels the call, which then ends with <see cref="CallStatus.Cancelled"/>.</param>
    public ValueTask<CallOutcome> TryAskAsync(
        AgentAddress agent,
        JsonPayload input,
        CallOptions? options = null,
        IAsyncEnumerable<ContentPart>? inputStream = null,
        CancellationToken cancellationToken = default) =>
        _room.Call(agent.Tool, input, options, cancellationToken, inputStream).AsValueTask();

    /// <summary>Asks an agent and returns how the call ended, whatever that is.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input, written as what it is at run time; JSON as it is; null for none.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="inputStream">What to stream in beside the input, or null; see <see cref="StreamedInput"/>.</param>
    /// <param name="cancellationToken">Cancels the call, which then ends with <see cref="CallStatus.Cancelled"/>.</param>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask<CallOutcome> TryAskAsync(
        AgentAddress agent,
        object? input = null,
        CallOptions? options = null,
        IAsyncEnumerable<ContentPart>? inputStream = null,
        CancellationToken cancellationToken = default) =>
        TryAskAsync(agent, AgentInput.Write(input, _room.Host.Json.ForCallers()), options, inputStream, cancellationToken);
}
