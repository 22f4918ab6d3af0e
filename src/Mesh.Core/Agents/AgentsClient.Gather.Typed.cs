using System.Text.Json.Serialization.Metadata;

namespace Mesh;

public sealed partial class AgentsClient
{
    /// <inheritdoc cref="AskAllAsync{TOutput}(AgentFilter, object?, GatherOptions?, CancellationToken)"/>
    /// <param name="agents">Whom to ask.</param>
    /// <param name="input">The input of all of them; null for none.</param>
    /// <param name="inputType">How to write the input, also where the value is of a derived type.</param>
    /// <param name="outputType">How to read the outputs.</param>
    /// <param name="options">A time limit for the whole, and the options of each call; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels all of the calls.</param>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">What to read the outputs as.</typeparam>
    /// <remarks>Safe for trimming and native code.</remarks>
    public ValueTask<GatheredAnswers<TOutput>> AskAllAsync<TInput, TOutput>(
        AgentFilter agents,
        TInput input,
        JsonTypeInfo<TInput> inputType,
        JsonTypeInfo<TOutput> outputType,
        GatherOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GatherAsync(agents, WriteInput(input, inputType), null, ReaderOf(outputType), options, cancellationToken);

    /// <inheritdoc cref="AskAnyAsync{TOutput}(AgentFilter, object?, GatherOptions?, CancellationToken)"/>
    /// <inheritdoc cref="AskAllAsync{TInput, TOutput}" path="/param"/>
    /// <inheritdoc cref="AskAllAsync{TInput, TOutput}" path="/typeparam"/>
    /// <remarks>Safe for trimming and native code.</remarks>
    public ValueTask<AgentAnswer<TOutput>> AskAnyAsync<TInput, TOutput>(
        AgentFilter agents,
        TInput input,
        JsonTypeInfo<TInput> inputType,
        JsonTypeInfo<TOutput> outputType,
        GatherOptions? options = null,
        CancellationToken cancellationToken = default) =>
        AnyAsync(agents, WriteInput(input, inputType), ReaderOf(outputType), options, cancellationToken);

    /// <inheritdoc cref="AskQuorumAsync{TOutput}(AgentFilter, int, object?, GatherOptions?, CancellationToken)"/>
    /// <param name="agents">Whom to ask.</param>
    /// <param name="quorum">How many results are wanted; at least 1.</param>
    /// <param name="input">The input of all of them; null for none.</param>
    /// <param name="inputType">How to write the input, also where the value is of a derived type.</param>
    /// <param name="outputType">How to read the outputs.</param>
    /// <param name="options">A time limit for the whole, and the options of each call; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels all of the calls.</param>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">What to read the outputs as.</typeparam>
    /// <remarks>Safe for trimming and native code.</remarks>
    public ValueTask<GatheredAnswers<TOutput>> AskQuorumAsync<TInput, TOutput>(
        AgentFilter agents,
        int quorum,
        TInput input,
        JsonTypeInfo<TInput> inputType,
        JsonTypeInfo<TOutput> outputType,
        GatherOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GatherAsync(agents, WriteInput(input, inputType), quorum, ReaderOf(outputType), options, cancellationToken);

    /// <inheritdoc cref="AskEachAsync{TOutput}(AgentFilter, object?, GatherOptions?, CancellationToken)"/>
    /// <inheritdoc cref="AskAllAsync{TInput, TOutput}" path="/param"/>
    /// <inheritdoc cref="AskAllAsync{TInput, TOutput}" path="/typeparam"/>
    /// <remarks>Safe for trimming and native code.</remarks>
    public IAsyncEnumerable<AgentAnswer<TOutput>> AskEachAsync<TInput, TOutput>(
        AgentFilter agents,
        TInput input,
        JsonTypeInfo<TInput> inputType,
        JsonTypeInfo<TOutput> outputType,
        GatherOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(agents);
        return EachAsync(agents, WriteInput(input, inputType), ReaderOf(outputType), options, cancellationToken);
    }

    private static JsonPayload WriteInput<TInput>(TInput input, JsonTypeInfo<TInput> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return AgentInput.Write(input, type);
    }
}
