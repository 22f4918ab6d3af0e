using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

public sealed partial class AgentsClient
{
    /// <summary>
    /// Asks every agent that a filter finds, each participant that offers one, and waits for all. Each is asked by a call of
    /// its own, within the tree of the call that this is made in; what fails is the error of that one alone.
    /// </summary>
    /// <param name="agents">Whom to ask: a name, a pattern such as <c>nlp.*</c>, or a filter. Agents that cannot be asked, and
    /// those that this participant may not use, are passed over.</param>
    /// <param name="input">The input of all of them, written as what it is at run time; JSON as it is; null for none.</param>
    /// <param name="options">A time limit for the whole, and the options of each call; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels all of the calls; then <see cref="OperationCanceledException"/> is thrown.</param>
    /// <typeparam name="TOutput">What to read the outputs as.</typeparam>
    /// <returns>One entry for each agent: its output, or its error.</returns>
    /// <exception cref="MeshException">Nobody offers such an agent (<see cref="MeshErrorCode.NotFound"/>); nothing was asked.</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask<GatheredAnswers<TOutput>> AskAllAsync<TOutput>(
        AgentFilter agents, object? input = null, GatherOptions? options = null, CancellationToken cancellationToken = default) =>
        GatherAsync(agents, WriteInput(input), null, ReaderOf<TOutput>(), options, cancellationToken);

    /// <inheritdoc cref="AskAllAsync{TOutput}(AgentFilter, object?, GatherOptions?, CancellationToken)"/>
    /// <param name="agents">Whom to ask.</param>
    /// <param name="input">The input as JSON, as the agents' schemas have it; default for none.</param>
    /// <param name="outputType">How to read the outputs; safe for trimming and native code.</param>
    /// <param name="options">A time limit for the whole, and the options of each call; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels all of the calls.</param>
    public ValueTask<GatheredAnswers<TOutput>> AskAllAsync<TOutput>(
        AgentFilter agents, JsonPayload input, JsonTypeInfo<TOutput> outputType, GatherOptions? options = null, CancellationToken cancellationToken = default) =>
        GatherAsync(agents, input, null, ReaderOf(outputType), options, cancellationToken);

    /// <inheritdoc cref="AskAllAsync{TOutput}(AgentFilter, object?, GatherOptions?, CancellationToken)"/>
    /// <param name="agents">Whom to ask.</param>
    /// <param name="input">The input as JSON, as the agents' schemas have it; default for none.</param>
    /// <param name="options">A time limit for the whole, and the options of each call; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels all of the calls.</param>
    /// <returns>One entry for each agent: its response as it is, or its error.</returns>
    public ValueTask<GatheredAnswers<ToolResponse>> AskAllAsync(
        AgentFilter agents, JsonPayload input = default, GatherOptions? options = null, CancellationToken cancellationToken = default) =>
        GatherAsync(agents, input, null, AsItIs, options, cancellationToken);

    /// <summary>
    /// Asks every agent that a filter finds, and takes the first result; the others are cancelled at once. Errors do not
    /// count: while one may still answer, it is waited for.
    /// </summary>
    /// <inheritdoc cref="AskAllAsync{TOutput}(AgentFilter, object?, GatherOptions?, CancellationToken)" path="/param"/>
    /// <typeparam name="TOutput">What to read the output as.</typeparam>
    /// <returns>The first answer; it is always a result.</returns>
    /// <exception cref="MeshException">Nobody offers such an agent (<see cref="MeshErrorCode.NotFound"/>), or none has
    /// answered: the message says why for each, and the code is theirs where it is the same for all, else
    /// <see cref="MeshErrorCode.Unavailable"/>.</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask<AgentAnswer<TOutput>> AskAnyAsync<TOutput>(
        AgentFilter agents, object? input = null, GatherOptions? options = null, CancellationToken cancellationToken = default) =>
        AnyAsync(agents, WriteInput(input), ReaderOf<TOutput>(), options, cancellationToken);

    /// <inheritdoc cref="AskAnyAsync{TOutput}(AgentFilter, object?, GatherOptions?, CancellationToken)"/>
    /// <inheritdoc cref="AskAllAsync{TOutput}(AgentFilter, JsonPayload, JsonTypeInfo{TOutput}, GatherOptions?, CancellationToken)" path="/param"/>
    public ValueTask<AgentAnswer<TOutput>> AskAnyAsync<TOutput>(
        AgentFilter agents, JsonPayload input, JsonTypeInfo<TOutput> outputType, GatherOptions? options = null, CancellationToken cancellationToken = default) =>
        AnyAsync(agents, input, ReaderOf(outputType), options, cancellationToken);

    /// <inheritdoc cref="AskAnyAsync{TOutput}(AgentFilter, object?, GatherOptions?, CancellationToken)"/>
    /// <inheritdoc cref="AskAllAsync(AgentFilter, JsonPayload, GatherOptions?, CancellationToken)" path="/param"/>
    public ValueTask<AgentAnswer<ToolResponse>> AskAnyAsync(
        AgentFilter agents, JsonPayload input = default, GatherOptions? options = null, CancellationToken cancellationToken = default) =>
        AnyAsync(agents, input, AsItIs, options, cancellationToken);

    /// <summary>
    /// Asks every agent that a filter finds, and is done when so many have answered, or as soon as so many cannot any more; the
    /// others are cancelled at once.
    /// </summary>
    /// <param name="agents">Whom to ask: a name, a pattern such as <c>nlp.*</c>, or a filter. Agents that cannot be asked, and
    /// those that this participant may not use, are passed over.</param>
    /// <param name="quorum">How many results are wanted; at least 1.</param>
    /// <param name="input">The input of all of them, written as what it is at run time; JSON as it is; null for none.</param>
    /// <param name="options">A time limit for the whole, and the options of each call; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels all of the calls; then <see cref="OperationCanceledException"/> is thrown.</param>
    /// <typeparam name="TOutput">What to read the outputs as.</typeparam>
    /// <returns>What has come by then, with <see cref="GatheredAnswers{T}.IsReached"/>; say
    /// <see cref="GatheredAnswers{T}.EnsureReached"/> where fewer are a failure.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The quorum is less than 1.</exception>
    /// <exception cref="MeshException">Nobody offers such an agent (<see cref="MeshErrorCode.NotFound"/>), or fewer than are to
    /// answer (<see cref="MeshErrorCode.Unavailable"/>); nothing was asked.</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask<GatheredAnswers<TOutput>> AskQuorumAsync<TOutput>(
        AgentFilter agents, int quorum, object? input = null, GatherOptions? options = null, CancellationToken cancellationToken = default) =>
        GatherAsync(agents, WriteInput(input), quorum, ReaderOf<TOutput>(), options, cancellationToken);

    /// <inheritdoc cref="AskQuorumAsync{TOutput}(AgentFilter, int, object?, GatherOptions?, CancellationToken)"/>
    /// <param name="agents">Whom to ask.</param>
    /// <param name="quorum">How many results are wanted; at least 1.</param>
    /// <param name="input">The input as JSON, as the agents' schemas have it; default for none.</param>
    /// <param name="outputType">How to read the outputs; safe for trimming and native code.</param>
    /// <param name="options">A time limit for the whole, and the options of each call; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels all of the calls.</param>
    public ValueTask<GatheredAnswers<TOutput>> AskQuorumAsync<TOutput>(
        AgentFilter agents, int quorum, JsonPayload input, JsonTypeInfo<TOutput> outputType, GatherOptions? options = null, CancellationToken cancellationToken = default) =>
        GatherAsync(agents, input, quorum, ReaderOf(outputType), options, cancellationToken);

    /// <inheritdoc cref="AskQuorumAsync{TOutput}(AgentFilter, int, object?, GatherOptions?, CancellationToken)"/>
    /// <param name="agents">Whom to ask.</param>
    /// <param name="quorum">How many results are wanted; at least 1.</param>
    /// <param name="input">The input as JSON, as the agents' schemas have it; default for none.</param>
    /// <param name="options">A time limit for the whole, and the options of each call; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels all of the calls.</param>
    public ValueTask<GatheredAnswers<ToolResponse>> AskQuorumAsync(
        AgentFilter agents, int quorum, JsonPayload input = default, GatherOptions? options = null, CancellationToken cancellationToken = default) =>
        GatherAsync(agents, input, quorum, AsItIs, options, cancellationToken);

    /// <summary>
    /// Asks every agent that a filter finds, and reads the answers in the order in which they come, errors among them. The
    /// calls begin when the stream is first read; who stops reading cancels those that have not answered.
    /// </summary>
    /// <inheritdoc cref="AskAllAsync{TOutput}(AgentFilter, object?, GatherOptions?, CancellationToken)" path="/param"/>
    /// <typeparam name="TOutput">What to read the outputs as.</typeparam>
    /// <returns>One entry for each agent.</returns>
    /// <exception cref="MeshException">Thrown by reading: nobody offers such an agent (<see cref="MeshErrorCode.NotFound"/>).</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public IAsyncEnumerable<AgentAnswer<TOutput>> AskEachAsync<TOutput>(
        AgentFilter agents, object? input = null, GatherOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(agents);
        return EachAsync(agents, WriteInput(input), ReaderOf<TOutput>(), options, cancellationToken);
    }

    /// <inheritdoc cref="AskEachAsync{TOutput}(AgentFilter, object?, GatherOptions?, CancellationToken)"/>
    /// <inheritdoc cref="AskAllAsync{TOutput}(AgentFilter, JsonPayload, JsonTypeInfo{TOutput}, GatherOptions?, CancellationToken)" path="/param"/>
    public IAsyncEnumerable<AgentAnswer<TOutput>> AskEachAsync<TOutput>(
        AgentFilter agents, JsonPayload input, JsonTypeInfo<TOutput> outputType, GatherOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(agents);
        return EachAsync(agents, input, ReaderOf(outputType), options, cancellationToken);
    }

    /// <inheritdoc cref="AskEachAsync{TOutput}(AgentFilter, object?, GatherOptions?, CancellationToken)"/>
    /// <inheritdoc cref="AskAllAsync(AgentFilter, JsonPayload, GatherOptions?, CancellationToken)" path="/param"/>
    public IAsyncEnumerable<AgentAnswer<ToolResponse>> AskEachAsync(
        AgentFilter agents, JsonPayload input = default, GatherOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(agents);
        return EachAsync(agents, input, AsItIs, options, cancellationToken);
    }

    private static ToolResponse AsItIs(ToolResponse response, ToolAddress tool) => response;

    private static Func<ToolResponse, ToolAddress, T> ReaderOf<T>(JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return (response, tool) => ResponseReader.Read(response, type, tool);
    }

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    private Func<ToolResponse, ToolAddress, T> ReaderOf<T>() => ReaderOf((JsonTypeInfo<T>)_room.Host.Json.ForCallers().GetTypeInfo(typeof(T)));

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    private JsonPayload WriteInput(object? input) => AgentInput.Write(input, _room.Host.Json.ForCallers());

    private async IAsyncEnumerable<AgentAnswer<T>> EachAsync<T>(
        AgentFilter agents, JsonPayload input, Func<ToolResponse, ToolAddress, T> read, GatherOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var gathering = await Gathering<T>.StartAsync(_room, agents, input, 1, read, options, cancellationToken).ConfigureAwait(false);
        await using (gathering.ConfigureAwait(false))
        {
            while (await gathering.NextAsync().ConfigureAwait(false) is { } next)
            {
                yield return next.Answer;
            }
        }
    }

    private async ValueTask<AgentAnswer<T>> AnyAsync<T>(
        AgentFilter agents, JsonPayload input, Func<ToolResponse, ToolAddress, T> read, GatherOptions? options, CancellationToken cancellationToken)
    {
        var gathered = await GatherAsync(agents, input, 1, read, options, cancellationToken).ConfigureAwait(false);
        return gathered.EnsureReached().Answers.First(answer => answer.IsResult);
    }

    /// <param name="agents">Whom to ask.</param>
    /// <param name="input">The arguments of each call.</param>
    /// <param name="quorum">How many results are enough; null to wait for all, whatever they are.</param>
    /// <param name="read">Reads a response.</param>
    /// <param name="options">How to ask.</param>
    /// <param name="cancellationToken">Cancels all of the calls.</param>
    private async ValueTask<GatheredAnswers<T>> GatherAsync<T>(
        AgentFilter agents, JsonPayload input, int? quorum, Func<ToolResponse, ToolAddress, T> read, GatherOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agents);
        ArgumentOutOfRangeException.ThrowIfLessThan(quorum ?? 1, 1, nameof(quorum));
        var gathering = await Gathering<T>.StartAsync(_room, agents, input, quorum ?? 1, read, options, cancellationToken).ConfigureAwait(false);
        await using (gathering.ConfigureAwait(false))
        {
            var answers = new AgentAnswer<T>?[gathering.Count];
            int results = 0, failures = 0;
            while (await gathering.NextAsync().ConfigureAwait(false) is { } next)
            {
                answers[next.Index] = next.Answer;
                _ = next.Answer.IsResult ? results++ : failures++;
                if (quorum is { } enough && (results >= enough || gathering.Count - failures < enough))
                {
                    break;
                }
            }

            return new([.. answers.Select((answer, index) => answer ?? gathering.NotWaitedFor(index))], quorum ?? gathering.Count);
        }
    }
}
