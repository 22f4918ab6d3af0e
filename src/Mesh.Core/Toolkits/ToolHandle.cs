using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Tasks.Sources;

namespace Mesh;

/// <summary>
/// One tool, prepared for calls with the types of its arguments and of its result; got from
/// <see cref="ToolkitsClient.GetTool{TArguments, TResult}(ToolAddress)"/>. A call through it is a call like any other:
/// granted, validated, within its budget, journaled. Where caller and tool share a process, and both types are sealed
/// and immutable all the way down, values go by reference, and nothing is written or read as JSON: guards made from the
/// same metadata as the schemas enforce on the values what the schemas would on their JSON. Everything else goes as
/// JSON, with the same outcome. Thread-safe; it holds nothing that has to be disposed.
/// </summary>
/// <remarks>
/// By reference go sealed records and the like whose properties are read-only, of scalars, strings, enums,
/// <see cref="System.Collections.Immutable.ImmutableArray{T}"/>, <see cref="System.Collections.Immutable.ImmutableList{T}"/>
/// and more such records. The tool must be a method that takes each property of the arguments as a parameter of the same
/// name and type. A call with an idempotency key, one that needs an approval, and every call of a host with filters go as
/// JSON, because somebody looks at it. <see cref="ExplainAsync"/> tells which way a call would go, and why as JSON.
/// </remarks>
/// <typeparam name="TArguments">The type of the arguments, written as a JSON object.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
public sealed class ToolHandle<TArguments, TResult>
{
    private readonly RoomClient _room;
    private readonly PassedType<TArguments> _arguments;
    private readonly PassedType<TResult> _result;
    private readonly PassageSource<TArguments, TResult>? _passages;
    private readonly bool _isWrapped;

    /// <param name="room">The room.</param>
    /// <param name="address">The tool.</param>
    /// <param name="arguments">The type of the arguments.</param>
    /// <param name="result">The type of the result.</param>
    /// <param name="isWrapped">Whether the arguments are the input of an agent that goes as a property of an object.</param>
    internal ToolHandle(RoomClient room, ToolAddress address, PassedType<TArguments> arguments, PassedType<TResult> result, bool isWrapped = false)
    {
        _isWrapped = isWrapped;
        _room = room;
        _arguments = arguments;
        _result = result;
        _passages = arguments.MayPass ? new PassageSource<TArguments, TResult>(arguments, result, isWrapped) : null;
        Address = address;
    }

    /// <summary>The tool. Who serves a call is found out anew each time.</summary>
    public ToolAddress Address { get; }

    /// <summary>Calls the tool.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, wherever its tool runs.</param>
    /// <returns>The result.</returns>
    /// <exception cref="MeshException">The call did not end with a result, or the result cannot be read as the type
    /// (<see cref="MeshErrorCode.InvalidOutput"/>).</exception>
    public ValueTask<TResult> InvokeAsync(TArguments arguments, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var call = _room.Call(Address, ToPayload(arguments), options, cancellationToken);
        return call is { IsThere: true, Outcome: { IsResult: true, Response: PassedCall<TArguments, TResult> passed } } ? new(passed.Result!)
            : call.Course is { } course ? new(new Answer(this, course, cancellationToken), course.Version)
            : WaitAsync(call, cancellationToken);

        async ValueTask<TResult> WaitAsync(CallEnd call, CancellationToken cancellationToken) =>
            Read(await call.ConfigureAwait(false), cancellationToken);
    }

    /// <summary>Calls the tool and returns how the call ended, whatever that is.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, which then ends with <see cref="CallStatus.Cancelled"/>.</param>
    public async ValueTask<CallOutcome> TryInvokeAsync(TArguments arguments, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var outcome = await _room.Call(Address, ToPayload(arguments), options, cancellationToken).ConfigureAwait(false);
        return outcome is { IsResult: true, Response: PassedCall passed } ? CallOutcome.FromResult(passed.ToJson()) : outcome;
    }

    /// <summary>
    /// Calls a streaming tool and reads the items of its stream. Progress is passed over. The call starts when the stream
    /// is first read; who stops reading cancels it.
    /// </summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call; reading then throws <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="MeshException">Thrown by reading, after the items that came, when the call fails.</exception>
    public IAsyncEnumerable<TResult> StreamAsync(TArguments arguments, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckArguments(arguments);
        string? askedFor = TraceParent.Of(Activity.Current);

        // Each reading of the stream is a call of its own, whose arguments find their own way.
        return new TypedItems<TResult>(
            _room.Connection.StreamAsync(() => _room.NewStreamRequest(Address, ToPayload(arguments), options, askedFor), null, cancellationToken),
            _result.Info,
            Address);
    }

    /// <summary>Tells what would become of a call, without making it; <see cref="CallExplanation.Passing"/> which way its arguments would go.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    public async ValueTask<CallExplanation> ExplainAsync(TArguments arguments, CancellationToken cancellationToken = default)
    {
        var payload = ToPayload(arguments);
        var explanation = await _room.Toolkits.ExplainAsync(Address, payload, cancellationToken).ConfigureAwait(false);
        if (!explanation.WouldRun)
        {
            return explanation;
        }

        string? reason = payload.Passed is not { } value ? _arguments.Refusal
            : explanation.NeedsApproval ? "The call needs an approval, and who is asked sees its arguments as JSON."
            : _room.Connection.WhyJson(Address, value);
        return explanation with { Passing = reason is null ? "reference" : "json", PassingReason = reason };
    }

    /// <summary>The address.</summary>
    public override string ToString() => Address.ToString();

    private JsonPayload ToPayload(TArguments arguments)
    {
        CheckArguments(arguments);
        return _passages is null
            ? _isWrapped ? AgentInput.Write(arguments, _arguments.Info) : JsonPayload.From(arguments, _arguments.Info)
            : JsonPayload.FromPassed(new PassedCall<TArguments, TResult>(arguments, _passages));
    }

    private void CheckArguments(TArguments arguments)
    {
        if (!_isWrapped)
        {
            ArgumentNullException.ThrowIfNull(arguments);
        }
    }

    private TResult Read(CallOutcome outcome, CancellationToken cancellationToken)
    {
        var response = outcome.GetResult(cancellationToken);
        return response is PassedCall<TArguments, TResult> passed ? passed.Result! : ResponseReader.Read(response, _result.Info, Address);
    }

    /// <summary>The result of a call that has its outcome later: whoever awaits it awaits the call itself.</summary>
    private sealed class Answer(ToolHandle<TArguments, TResult> handle, IValueTaskSource<CallOutcome> course, CancellationToken cancellationToken) : IValueTaskSource<TResult>
    {
        public TResult GetResult(short token) => handle.Read(course.GetResult(token), cancellationToken);

        /// <summary>A call that has its outcome may have failed all the same.</summary>
        public ValueTaskSourceStatus GetStatus(short token)
        {
            var status = course.GetStatus(token);
            if (status == ValueTaskSourceStatus.Succeeded)
            {
                try
                {
                    GetResult(token);
                }
                catch (Exception exception)
                {
                    return exception is OperationCanceledException ? ValueTaskSourceStatus.Canceled : ValueTaskSourceStatus.Faulted;
                }
            }

            return status;
        }

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            course.OnCompleted(continuation, state, token, flags);
    }
}
