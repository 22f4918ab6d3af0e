using System.Collections.Concurrent;
using System.Text.Json;

namespace Mesh;

/// <summary>A tool whose code is a method, called with JSON or by the passage that a call has found.</summary>
internal sealed class MethodTool : Tool
{
    private readonly ToolMethod _method;
    private readonly Func<JsonSerializerOptions, Tool>? _rebind;
    private ConcurrentDictionary<(Type Arguments, Type Result), ToolPassage?>? _passages;

    public MethodTool(ToolDefinition definition, ToolMethod method, bool runOnThreadPool, Func<JsonSerializerOptions, Tool>? rebind)
        : base(definition)
    {
        _method = method;
        _rebind = rebind;
        RunOnThreadPool = runOnThreadPool;
    }

    internal override Tool BoundTo(JsonSerializerOptions hostOptions) => _rebind?.Invoke(hostOptions) ?? this;

    internal override ToolPassage? FindPassage<TArguments, TResult>(PassedType<TArguments> arguments, PassedType<TResult> result) =>
        arguments.MayPass && arguments.Info.Options == _method.Options
            ? LazyInitializer.EnsureInitialized(ref _passages, () => new()).GetOrAdd(
                (typeof(TArguments), typeof(TResult)),
                _ => MethodPassage<TArguments, TResult>.TryCreate(_method, arguments, result))
            : null;

    internal override ToolResponse? Begin(JsonElement arguments, CallContext context, out Task? answer) =>
        _method.Result.Call(MethodPassage.Of(context.Request.Arguments.Passed)?.Method ?? _method.Call, arguments, context, out answer);

    internal override ToolResponse ReadAnswer(Task answer, CallContext context) =>
        answer is Task<ToolResponse> ? base.ReadAnswer(answer, context) : _method.Result.Finish(answer, context);

    protected internal override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context)
    {
        var response = Begin(arguments, context, out var answer);
        return answer is null ? new(response!) : WaitAsync(answer, context);
    }

    private async ValueTask<ToolResponse> WaitAsync(Task answer, CallContext context)
    {
        await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ReadAnswer(answer, context);
    }
}
