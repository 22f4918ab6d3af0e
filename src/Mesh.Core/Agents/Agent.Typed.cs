using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

public abstract partial class Agent
{
    private protected static readonly JsonElement NoInput = TypeSchemaWriter.Write(Array.Empty<PropertyShape>(), forInput: true);

    /// <summary>A responder with serializer metadata, safe for trimming and native code.</summary>
    /// <param name="name">The name.</param>
    /// <param name="handler">The function. It is called from many threads at once.</param>
    /// <param name="input">The metadata of the input's type.</param>
    /// <param name="output">The metadata of the output's type.</param>
    /// <param name="options">What the signature does not tell; null for the defaults. Its serializer options are of no effect.</param>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <exception cref="MeshException">The name or an option is malformed, or a type cannot be described as JSON
    /// (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static Agent Create<TInput, TOutput>(
        string name,
        Func<TInput, CallContext, ValueTask<TOutput>> handler,
        JsonTypeInfo<TInput> input,
        JsonTypeInfo<TOutput> output,
        AgentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        var contract = ContractOf(name, AgentShape.Responder, AgentInput.SchemaOf(input), options ?? AgentOptions.Default) with { OutputSchema = SchemaOf(output) };
        return Of(contract, options, async (arguments, context) => ResultWriter.ToResponse(
            await handler(AgentInput.Read(arguments, input, context), context).ConfigureAwait(false), output, context));
    }

    /// <summary>A streamer with serializer metadata, safe for trimming and native code.</summary>
    /// <param name="name">The name.</param>
    /// <param name="handler">The function. It is called from many threads at once.</param>
    /// <param name="input">The metadata of the input's type.</param>
    /// <param name="chunk">The metadata of the type of the stream's items.</param>
    /// <param name="options">What the signature does not tell; null for the defaults. Its serializer options are of no effect.</param>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TChunk">The type of the stream's items.</typeparam>
    /// <exception cref="MeshException">As for the other overloads.</exception>
    public static Agent Create<TInput, TChunk>(
        string name,
        Func<TInput, CallContext, IAsyncEnumerable<TChunk>> handler,
        JsonTypeInfo<TInput> input,
        JsonTypeInfo<TChunk> chunk,
        AgentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(chunk);
        var contract = ContractOf(name, AgentShape.Streamer, AgentInput.SchemaOf(input), options ?? AgentOptions.Default) with { ChunkSchema = SchemaOf(chunk) };
        return Of(contract, options, (arguments, context) => WriteAsync(handler(AgentInput.Read(arguments, input, context), context), chunk, context));
    }

    /// <summary>A trigger with serializer metadata, safe for trimming and native code.</summary>
    /// <param name="name">The name.</param>
    /// <param name="handler">The function. It is called from many threads at once.</param>
    /// <param name="output">The metadata of the output's type.</param>
    /// <param name="options">What the signature does not tell; null for the defaults. Its serializer options are of no effect.</param>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <exception cref="MeshException">As for the other overloads.</exception>
    public static Agent Create<TOutput>(
        string name, Func<CallContext, ValueTask<TOutput>> handler, JsonTypeInfo<TOutput> output, AgentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(output);
        var contract = ContractOf(name, AgentShape.Trigger, NoInput, options ?? AgentOptions.Default) with { OutputSchema = SchemaOf(output) };
        return Of(contract, options, async (_, context) => ResultWriter.ToResponse(await handler(context).ConfigureAwait(false), output, context));
    }

    /// <summary>A publisher with serializer metadata, safe for trimming and native code.</summary>
    /// <param name="name">The name.</param>
    /// <param name="handler">The function; it runs once for each registration, until its token is cancelled.</param>
    /// <param name="item">The metadata of the type of the stream's items.</param>
    /// <param name="options">What the signature does not tell; null for the defaults. Its serializer options are of no effect.</param>
    /// <typeparam name="TItem">The type of the stream's items.</typeparam>
    /// <exception cref="MeshException">As for the other overloads.</exception>
    public static Agent Create<TItem>(
        string name, Func<RoomClient, CancellationToken, IAsyncEnumerable<TItem>> handler, JsonTypeInfo<TItem> item, AgentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(item);
        var contract = ContractOf(name, AgentShape.Publisher, NoInput, options ?? AgentOptions.Default) with { ChunkSchema = SchemaOf(item) };
        return Of(contract, options, (_, context) => WriteAsync(handler(context.Room, context.CancellationToken), item, context));
    }

    /// <summary>A watcher, safe for trimming and native code.</summary>
    /// <param name="name">The name.</param>
    /// <param name="handler">The function; it runs once for each registration, until its token is cancelled.</param>
    /// <param name="options">What the signature does not tell; null for the defaults.</param>
    /// <exception cref="MeshException">The name or an option is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static Agent CreateWatcher(string name, Func<RoomClient, CancellationToken, Task> handler, AgentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Of(ContractOf(name, AgentShape.Watcher, NoInput, options ?? AgentOptions.Default), options, async (_, context) =>
        {
            await handler(context.Room, context.CancellationToken).ConfigureAwait(false);
            return EmptyResponse.Instance;
        });
    }

    private static FunctionAgent Of(AgentContract contract, AgentOptions? options, Func<JsonElement, CallContext, ValueTask<ToolResponse>> code)
    {
        Names.CheckAgent(contract.Name);
        return new(contract, new FunctionTool(contract.ToTool(), code) { RunOnThreadPool = options?.RunOnThreadPool ?? false }, options);
    }

    private protected static JsonElement? SchemaOf(JsonTypeInfo type) =>
        typeof(ToolResponse).IsAssignableFrom(type.Type) ? null : TypeSchemaWriter.Write(TypeShapeReader.Read(type), forInput: false);

    private static async ValueTask<ToolResponse> WriteAsync<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> type, CallContext context)
    {
        await foreach (var item in items.WithCancellation(context.CancellationToken).ConfigureAwait(false))
        {
            await context.WriteChunkAsync(item, type).ConfigureAwait(false);
        }

        return EmptyResponse.Instance;
    }
}

/// <summary>A tool whose code reads its arguments and writes its response itself.</summary>
internal sealed class FunctionTool(ToolDefinition definition, Func<JsonElement, CallContext, ValueTask<ToolResponse>> code) : Tool(definition)
{
    protected internal override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => code(arguments, context);
}
