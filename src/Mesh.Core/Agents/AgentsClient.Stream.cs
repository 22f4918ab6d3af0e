using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

public sealed partial class AgentsClient
{
    /// <summary>
    /// Asks an agent for what it sends while it works. The call starts when the stream is first read; who stops reading
    /// cancels it. The last frame is a <see cref="ResultFrame"/> or an <see cref="ErrorFrame"/>.
    /// </summary>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input as JSON, as the agent's schema has it; default for none.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="inputStream">What to stream in beside the input, or null; see <see cref="StreamedInput"/>.</param>
    /// <param name="cancellationToken">Cancels the call; reading then throws <see cref="OperationCanceledException"/>.</param>
    public IAsyncEnumerable<CallFrame> StreamAsync(
        AgentAddress agent,
        JsonPayload input,
        CallOptions? options = null,
        IAsyncEnumerable<ContentPart>? inputStream = null,
        CancellationToken cancellationToken = default) =>
        _room.Toolkits.StreamAsync(agent.Tool, input, options, inputStream, cancellationToken);

    /// <summary>
    /// Asks a streamer and reads its items as a type; of a responder, the one item is its output. Progress is passed over. The call starts when the
    /// stream is first read; who stops reading cancels it.
    /// </summary>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input, written as what it is at run time; JSON as it is; null for none.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="inputStream">What to stream in beside the input, or null.</param>
    /// <param name="cancellationToken">Cancels the call; reading then throws <see cref="OperationCanceledException"/>.</param>
    /// <typeparam name="TChunk">The type of the items; <c>ReadOnlyMemory&lt;byte&gt;</c> or <c>byte[]</c> for a stream of bytes.</typeparam>
    /// <exception cref="MeshException">Thrown by reading, after the items that came, when the call fails.</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public IAsyncEnumerable<TChunk> StreamAsync<TChunk>(
        AgentAddress agent,
        object? input = null,
        CallOptions? options = null,
        IAsyncEnumerable<ContentPart>? inputStream = null,
        CancellationToken cancellationToken = default)
    {
        var json = _room.Host.Json.ForCallers();
        return StreamAsync(
            agent, AgentInput.Write(input, json), (JsonTypeInfo<TChunk>)json.GetTypeInfo(typeof(TChunk)), options, inputStream, cancellationToken);
    }

    /// <summary>The same with given serializer metadata; safe for trimming and native code.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input as JSON, as the agent's schema has it; default for none.</param>
    /// <param name="chunkType">How to read an item.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="inputStream">What to stream in beside the input, or null.</param>
    /// <param name="cancellationToken">Cancels the call; reading then throws <see cref="OperationCanceledException"/>.</param>
    /// <typeparam name="TChunk">The type of the items.</typeparam>
    /// <exception cref="MeshException">Thrown by reading, after the items that came, when the call fails.</exception>
    public IAsyncEnumerable<TChunk> StreamAsync<TChunk>(
        AgentAddress agent,
        JsonPayload input,
        JsonTypeInfo<TChunk> chunkType,
        CallOptions? options = null,
        IAsyncEnumerable<ContentPart>? inputStream = null,
        CancellationToken cancellationToken = default) =>
        _room.Toolkits.StreamAsync(agent.Tool, input, chunkType, options, inputStream, cancellationToken);

    /// <summary>
    /// Reads the items of a publisher, from the first one after the reading has begun. A reader that is too slow misses
    /// items and is told how many; it never holds the publisher up. The stream ends when the publisher is done, stops, or
    /// goes away, and waits for items as long as it takes.
    /// </summary>
    /// <param name="agent">The agent.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the reading, which then throws <see cref="OperationCanceledException"/>.</param>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <exception cref="MeshException">Thrown by reading, after the items that came: nobody offers the agent
    /// (<see cref="MeshErrorCode.NotFound"/>), its participant left (<see cref="MeshErrorCode.Unavailable"/>), an item does
    /// not satisfy the agent's own schema (<see cref="MeshErrorCode.InvalidOutput"/>).</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public IAsyncEnumerable<Published<T>> SubscribeAsync<T>(AgentAddress agent, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        SubscribeAsync(agent, (JsonTypeInfo<T>)_room.Host.Json.ForCallers().GetTypeInfo(typeof(T)), options, cancellationToken);

    /// <summary>The same with given serializer metadata; safe for trimming and native code.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="itemType">How to read an item.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the reading, which then throws <see cref="OperationCanceledException"/>.</param>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <inheritdoc cref="SubscribeAsync{T}(AgentAddress, CallOptions?, CancellationToken)" path="/exception"/>
    public IAsyncEnumerable<Published<T>> SubscribeAsync<T>(
        AgentAddress agent, JsonTypeInfo<T> itemType, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(itemType);
        return ReadPublishedAsync(StreamAsync(agent, default, options, null, cancellationToken), itemType, agent.Tool, CancellationToken.None);
    }

    private static async IAsyncEnumerable<Published<T>> ReadPublishedAsync<T>(
        IAsyncEnumerable<CallFrame> frames, JsonTypeInfo<T> type, ToolAddress agent, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long missed = 0;
        await foreach (var frame in frames.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            switch (frame)
            {
                case LaggedFrame lagged:
                    missed += lagged.Count;
                    break;
                case ChunkFrame chunk:
                    yield return new(ResponseReader.Read(chunk.Item, type, agent), missed);
                    missed = 0;
                    break;
                case ErrorFrame error:
                    throw new MeshException(error.Error);
            }
        }
    }
}
