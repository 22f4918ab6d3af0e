using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>The passage into a method that takes the arguments as a whole: the caller's value is its parameter.</summary>
internal sealed class WholePassage<TArguments, TResult> : ToolPassage
{
    private readonly MethodCall _call;
    private readonly TypeGuard<TArguments> _arguments;
    private readonly TypeGuard<TResult>? _result;
    private readonly JsonTypeInfo<TResult> _resultType;
    private readonly int _wrapping;

    private WholePassage(MethodCall call, TypeGuard<TArguments> arguments, TypeGuard<TResult>? result, JsonTypeInfo<TResult> resultType, int wrapping)
    {
        _call = call;
        _arguments = arguments;
        _result = result;
        _resultType = resultType;
        _wrapping = wrapping;
    }

    /// <summary>The passage of two types; null when the caller's is not the parameter's own.</summary>
    public static WholePassage<TArguments, TResult>? TryCreate(ToolMethod method, PassedType<TArguments> arguments, PassedType<TResult> result)
    {
        var whole = method.Whole!;
        return whole is not ToolParameter<TArguments> ? null : new(
            method.Call.With([.. method.Parameters.Select(parameter => parameter == whole ? whole.FromValue() : parameter)]),
            TypeGuard.Compile(whole.Shape, arguments.Info, forInput: true, arguments.Properties),
            result.MayPass ? method.Result.Guard(result) : null,
            result.Info,
            whole.IsWrapped ? AgentInput.WrappingBytes : 0);
    }

    public override bool Accepts(TypedArguments arguments, int maxBytes) =>
        _arguments.Accepts(TypedArguments<TArguments>.Of(arguments).Value, maxBytes - _wrapping);

    public override TypedResponse? Pass(object result, int maxBytes) =>
        result is TResult value && _result is not null && _result.Accepts(value, maxBytes) ? new TypedResponse<TResult>(value, _resultType) : null;

    public override TypedChunk? PassItem(object item, int maxBytes) =>
        item is TResult value && _result is not null && _result.Accepts(value, maxBytes) ? new TypedChunk<TResult>(value, _resultType) : null;

    public override MethodCall Method => _call;
}
