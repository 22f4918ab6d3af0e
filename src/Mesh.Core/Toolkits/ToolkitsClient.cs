using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// The tools of a room, for one participant: what there is, calling it, and offering one's own. Thread-safe.
/// </summary>
/// <remarks>
/// <c>InvokeAsync</c> throws a <see cref="MeshException"/> when a call does not end with a result; <c>TryInvokeAsync</c>
/// returns the outcome instead. Either throws <see cref="OperationCanceledException"/> only for the caller's own token.
/// A call belongs to the tree of the call in whose handler it is made, unless <see cref="CallOptions.NewTree"/> says
/// otherwise. An address is <c>toolkit/tool</c>, or <c>toolkit/tool@participant</c> for one participant's.
/// </remarks>
public sealed class ToolkitsClient
{
    private readonly RoomClient _room;

    internal ToolkitsClient(RoomClient room) => _room = room;

    /// <summary>Lists the toolkits that this participant may see, with the tools that it may call.</summary>
    /// <param name="participant">Only those of this participant; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>One entry for each registration, in the order of their registration.</returns>
    public async ValueTask<IReadOnlyList<ToolkitInfo>> ListAsync(string? participant = null, CancellationToken cancellationToken = default) =>
        await InvokeAsync(
            "room/listToolkits",
            new ListToolkitsArguments(participant),
            MeshJsonContext.Default.ListToolkitsArguments,
            MeshJsonContext.Default.IReadOnlyListToolkitInfo,
            null,
            cancellationToken).ConfigureAwait(false);

    /// <summary>Lists the toolkits that the room has of itself, such as <c>state</c> and <c>queues</c>, with the tools that this participant may call.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>One entry for each toolkit. Which keys, queues and the like the grants cover is found out by a call.</returns>
    public ValueTask<IReadOnlyList<ToolkitInfo>> ListBuiltInAsync(CancellationToken cancellationToken = default) => InvokeAsync(
        "room/listBuiltInToolkits",
        new NoArguments(),
        MeshJsonContext.Default.NoArguments,
        MeshJsonContext.Default.IReadOnlyListToolkitInfo,
        null,
        cancellationToken);

    /// <summary>Offers a toolkit until the registration is disposed or this participant leaves.</summary>
    /// <param name="toolkit">The toolkit.</param>
    /// <param name="options">Who is to see it; null for everyone with the grant.</param>
    /// <param name="cancellationToken">Cancels the call; then the toolkit is not offered.</param>
    /// <returns>The registration; disposing it withdraws the toolkit. Calls that run then go on.</returns>
    /// <exception cref="MeshException">The participant may not register it (<see cref="MeshErrorCode.NotGranted"/>), it has
    /// registered one of that name (<see cref="MeshErrorCode.NameTaken"/>), a contract breaks a live one
    /// (<see cref="MeshErrorCode.ContractConflict"/>), or a schema cannot be compiled (<see cref="MeshErrorCode.InvalidSchema"/>).</exception>
    public ValueTask<ToolkitRegistration> RegisterAsync(
        Toolkit toolkit, RegistrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(toolkit);
        return ToolkitRegistration.CreateAsync(_room, toolkit, options ?? new RegistrationOptions(), [], cancellationToken);
    }

    /// <summary>
    /// A tool prepared for calls with known types: the fastest way to call one, and where both types are sealed and
    /// immutable, without JSON in between. Makes no call; whether the tool is there is found out by the first one.
    /// </summary>
    /// <param name="tool">The address.</param>
    /// <typeparam name="TArguments">A type whose properties are the arguments, such as a <c>sealed record</c>.</typeparam>
    /// <typeparam name="TResult">What to read the result as.</typeparam>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ToolHandle<TArguments, TResult> GetTool<TArguments, TResult>(ToolAddress tool)
    {
        var json = _room.Host.Json.ForCallers();
        return new(
            _room,
            tool,
            PassedType<TArguments>.Of((JsonTypeInfo<TArguments>)json.GetTypeInfo(typeof(TArguments))),
            PassedType<TResult>.Of((JsonTypeInfo<TResult>)json.GetTypeInfo(typeof(TResult))));
    }

    /// <summary>The same with given serializer metadata; safe for trimming and native code. Values go as JSON.</summary>
    /// <param name="tool">The address.</param>
    /// <param name="argumentsType">How to write the arguments.</param>
    /// <param name="resultType">How to read the result.</param>
    /// <typeparam name="TArguments">The type of the arguments.</typeparam>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    public ToolHandle<TArguments, TResult> GetTool<TArguments, TResult>(
        ToolAddress tool, JsonTypeInfo<TArguments> argumentsType, JsonTypeInfo<TResult> resultType)
    {
        ArgumentNullException.ThrowIfNull(argumentsType);
        ArgumentNullException.ThrowIfNull(resultType);
        return new(_room, tool, PassedType<TArguments>.AsJson(argumentsType), PassedType<TResult>.AsJson(resultType));
    }

    /// <summary>Calls a tool and reads its result as a type.</summary>
    /// <param name="tool">The address.</param>
    /// <param name="arguments">An object whose properties are the arguments, such as <c>new { city = "Oslo" }</c>; JSON as
    /// it is; null for none.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, wherever its tool runs.</param>
    /// <typeparam name="T">What to read the result as; <see cref="ToolResponse"/> to get it as it is.</typeparam>
    /// <exception cref="MeshException">The call did not end with a result, or the result cannot be read as the type
    /// (<see cref="MeshErrorCode.InvalidOutput"/>).</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public async ValueTask<T> InvokeAsync<T>(
        ToolAddress tool, object? arguments = null, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var json = _room.Host.Json.ForCallers();
        var outcome = await _room.Call(tool, Arguments(arguments, json), options, cancellationToken).ConfigureAwait(false);
        return ResponseReader.Read(outcome.GetResult(cancellationToken), (JsonTypeInfo<T>)json.GetTypeInfo(typeof(T)), tool);
    }

    /// <summary>Calls a tool with given serializer metadata; safe for trimming and native code.</summary>
    /// <param name="tool">The address.</param>
    /// <param name="arguments">An object whose properties are the arguments.</param>
    /// <param name="argumentsType">How to write the arguments.</param>
    /// <param name="resultType">How to read the result.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, wherever its tool runs.</param>
    /// <typeparam name="TArguments">The type of the arguments.</typeparam>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <exception cref="MeshException">As for the other overloads.</exception>
    public async ValueTask<TResult> InvokeAsync<TArguments, TResult>(
        ToolAddress tool,
        TArguments arguments,
        JsonTypeInfo<TArguments> argumentsType,
        JsonTypeInfo<TResult> resultType,
        CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var payload = JsonPayload.FromElement(JsonSerializer.SerializeToElement(arguments, argumentsType));
        var outcome = await _room.Call(tool, payload, options, cancellationToken).ConfigureAwait(false);
        return ResponseReader.Read(outcome.GetResult(cancellationToken), resultType, tool);
    }

    /// <summary>Calls a tool with parsed JSON and returns its response as it is.</summary>
    /// <param name="tool">The address.</param>
    /// <param name="arguments">A JSON object; its document must live until the call has ended.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, wherever its tool runs.</param>
    /// <exception cref="MeshException">The call did not end with a result.</exception>
    public ValueTask<ToolResponse> InvokeAsync(
        ToolAddress tool, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        // A failure is thrown where the caller awaits, whether it had to wait or not.
        var call = _room.Call(tool, JsonPayload.FromElement(arguments), options, cancellationToken);
        return call is { IsThere: true, Outcome: { IsResult: true, Response: var response } } ? new(response) : WaitAsync(call, cancellationToken);

        static async ValueTask<ToolResponse> WaitAsync(CallEnd call, CancellationToken cancellationToken) =>
            (await call.ConfigureAwait(false)).GetResult(cancellationToken);
    }

    /// <summary>Calls a tool with UTF-8 JSON and returns the JSON of its result as UTF-8.</summary>
    /// <param name="tool">The address.</param>
    /// <param name="arguments">The text of a JSON object, or nothing; it must stay unchanged until the call has ended.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, wherever its tool runs.</param>
    /// <exception cref="MeshException">The call did not end with a result, or the result is not one JSON value
    /// (<see cref="MeshErrorCode.InvalidOutput"/>).</exception>
    public async ValueTask<ReadOnlyMemory<byte>> InvokeUtf8Async(
        ToolAddress tool, ReadOnlyMemory<byte> arguments, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var outcome = await _room.Call(tool, JsonPayload.FromUtf8(arguments), options, cancellationToken).ConfigureAwait(false);
        return ResponseReader.Json(outcome.GetResult(cancellationToken), tool).ToUtf8();
    }

    /// <summary>Calls a tool and returns how the call ended, whatever that is.</summary>
    /// <param name="tool">The address.</param>
    /// <param name="arguments">The arguments as JSON; default for none.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="input">What to stream in beside the arguments, or null; see <see cref="StreamedInput"/>.</param>
    /// <param name="cancellationToken">Cancels the call, which then ends with <see cref="CallStatus.Cancelled"/>.</param>
    public ValueTask<CallOutcome> TryInvokeAsync(
        ToolAddress tool,
        JsonPayload arguments,
        CallOptions? options = null,
        IAsyncEnumerable<ContentPart>? input = null,
        CancellationToken cancellationToken = default) =>
        _room.Call(tool, arguments, options, cancellationToken, input).AsValueTask();

    /// <summary>Calls a tool and returns how the call ended, whatever that is.</summary>
    /// <param name="tool">The address.</param>
    /// <param name="arguments">An object whose properties are the arguments; JSON as it is; null for none.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="input">What to stream in beside the arguments, or null; see <see cref="StreamedInput"/>.</param>
    /// <param name="cancellationToken">Cancels the call, which then ends with <see cref="CallStatus.Cancelled"/>.</param>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask<CallOutcome> TryInvokeAsync(
        ToolAddress tool,
        object? arguments = null,
        CallOptions? options = null,
        IAsyncEnumerable<ContentPart>? input = null,
        CancellationToken cancellationToken = default) =>
        _room.Call(tool, Arguments(arguments, _room.Host.Json.ForCallers()), options, cancellationToken, input).AsValueTask();

    /// <summary>
    /// Calls a tool for what it sends while it runs. The call starts when the stream is first read; who stops reading
    /// cancels it. The last frame is a <see cref="ResultFrame"/> or an <see cref="ErrorFrame"/>.
    /// </summary>
    /// <param name="tool">The address.</param>
    /// <param name="arguments">The arguments as JSON; default for none.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="input">What to stream in beside the arguments, or null; see <see cref="StreamedInput"/>.</param>
    /// <param name="cancellationToken">Cancels the call; reading then throws <see cref="OperationCanceledException"/>.</param>
    public IAsyncEnumerable<CallFrame> StreamAsync(
        ToolAddress tool,
        JsonPayload arguments,
        CallOptions? options = null,
        IAsyncEnumerable<ContentPart>? input = null,
        CancellationToken cancellationToken = default)
    {
        string? askedFor = TraceParent.Of(Activity.Current);
        return _room.Connection.StreamAsync(() => _room.NewStreamRequest(tool, arguments, options, askedFor), input, cancellationToken);
    }

    /// <summary>
    /// Calls a tool for what it sends while it runs. The call starts when the stream is first read; who stops reading
    /// cancels it. The last frame is a <see cref="ResultFrame"/> or an <see cref="ErrorFrame"/>.
    /// </summary>
    /// <param name="tool">The address.</param>
    /// <param name="arguments">An object whose properties are the arguments; JSON as it is; null for none.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="input">What to stream in beside the arguments, or null; see <see cref="StreamedInput"/>.</param>
    /// <param name="cancellationToken">Cancels the call; reading then throws <see cref="OperationCanceledException"/>.</param>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public IAsyncEnumerable<CallFrame> StreamAsync(
        ToolAddress tool,
        object? arguments = null,
        CallOptions? options = null,
        IAsyncEnumerable<ContentPart>? input = null,
        CancellationToken cancellationToken = default) =>
        StreamAsync(tool, Arguments(arguments, _room.Host.Json.ForCallers()), options, input, cancellationToken);

    /// <summary>
    /// Calls a streaming tool and reads the items of its stream as a type; of a tool that does not stream, the one item is its result. Progress is
    /// passed over. The call starts when the stream is first read; who stops reading cancels it.
    /// </summary>
    /// <param name="tool">The address.</param>
    /// <param name="arguments">An object whose properties are the arguments; JSON as it is; null for none.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="input">What to stream in beside the arguments, or null.</param>
    /// <param name="cancellationToken">Cancels the call; reading then throws <see cref="OperationCanceledException"/>.</param>
    /// <typeparam name="T">The type of the items; <c>ReadOnlyMemory&lt;byte&gt;</c> or <c>byte[]</c> for a stream of bytes.</typeparam>
    /// <exception cref="MeshException">Thrown by reading, after the items that came, when the call fails.</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public IAsyncEnumerable<T> StreamAsync<T>(
        ToolAddress tool,
        object? arguments = null,
        CallOptions? options = null,
        IAsyncEnumerable<ContentPart>? input = null,
        CancellationToken cancellationToken = default)
    {
        var json = _room.Host.Json.ForCallers();
        return ResponseReader.ReadItemsAsync(
            StreamAsync(tool, Arguments(arguments, json), options, input, cancellationToken), (JsonTypeInfo<T>)json.GetTypeInfo(typeof(T)), tool, CancellationToken.None);
    }

    /// <summary>The same with given serializer metadata; safe for trimming and native code.</summary>
    /// <param name="tool">The address.</param>
    /// <param name="arguments">The arguments as JSON; default for none.</param>
    /// <param name="itemType">How to read an item.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="input">What to stream in beside the arguments, or null.</param>
    /// <param name="cancellationToken">Cancels the call; reading then throws <see cref="OperationCanceledException"/>.</param>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <exception cref="MeshException">Thrown by reading, after the items that came, when the call fails.</exception>
    public IAsyncEnumerable<T> StreamAsync<T>(
        ToolAddress tool,
        JsonPayload arguments,
        JsonTypeInfo<T> itemType,
        CallOptions? options = null,
        IAsyncEnumerable<ContentPart>? input = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(itemType);
        return ResponseReader.ReadItemsAsync(StreamAsync(tool, arguments, options, input, cancellationToken), itemType, tool, CancellationToken.None);
    }

    /// <summary>Tells what would become of a call, without making it.</summary>
    /// <param name="tool">The address.</param>
    /// <param name="arguments">The arguments as JSON; default for none.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    public ValueTask<CallExplanation> ExplainAsync(ToolAddress tool, JsonPayload arguments = default, CancellationToken cancellationToken = default) =>
        InvokeAsync(
            "room/explain",
            new ExplainArguments(tool.ToString(), arguments.IsEmpty ? null : arguments.ToElement()),
            MeshJsonContext.Default.ExplainArguments,
            MeshJsonContext.Default.CallExplanation,
            null,
            cancellationToken);

    /// <summary>A tool of the room itself, prepared for calls with Mesh's own types, which go by reference where they can.</summary>
    internal ToolHandle<TArguments, TResult> GetBuiltIn<TArguments, TResult>(
        ToolAddress address, JsonTypeInfo<TArguments> arguments, JsonTypeInfo<TResult> result) =>
        new(_room, address, PassedType<TArguments>.BuiltIn(arguments), PassedType<TResult>.BuiltIn(result));

    private static JsonPayload Arguments(object? arguments, JsonSerializerOptions json) => arguments switch
    {
        null => default,
        JsonPayload payload => payload,
        JsonElement element => JsonPayload.FromElement(element),
        _ => JsonPayload.FromElement(JsonSerializer.SerializeToElement(arguments, json.GetTypeInfo(arguments.GetType()))),
    };
}
