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

    protected internal override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) =>
        _method.Result.CallAsync(MethodPassage.Of(context.Request.Arguments.Passed)?.Method ?? _method.Call, arguments, context);
}
