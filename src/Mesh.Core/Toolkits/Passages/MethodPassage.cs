using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>The passage into a tool that is a method.</summary>
internal abstract class MethodPassage : ToolPassage
{
    /// <summary>The passage of a call that has reached a method: no cast, a method has no passages of another kind.</summary>
    public static MethodPassage? Of(PassedCall? call)
    {
        Debug.Assert(call?.Passage is null or MethodPassage, "A method has only passages that lead into methods.");
        return Unsafe.As<MethodPassage?>(call?.Passage);
    }

    /// <summary>The method, called with the arguments of the call.</summary>
    public abstract MethodCall Method { get; }

    /// <summary>Lets a result go by reference, if it satisfies the tool's output schema.</summary>
    /// <param name="call">The call that the tool answers.</param>
    /// <param name="result">What it returned.</param>
    /// <param name="maxBytes">How large its JSON may be.</param>
    /// <returns>The response; null when the result goes as JSON, and is checked as such.</returns>
    public abstract ToolResponse? Pass(PassedCall call, object result, int maxBytes);

    /// <summary>Lets an item of a stream go by reference, if it satisfies the tool's chunk schema.</summary>
    /// <param name="item">The item.</param>
    /// <param name="maxBytes">How large its JSON may be.</param>
    /// <returns>Null when it goes as JSON, and is checked as such.</returns>
    public abstract TypedChunk? PassItem(object item, int maxBytes);
}

/// <summary>
/// The passage of two types into a tool that is a method: each parameter is taken from the property of its name, or one is
/// the arguments as a whole. The guards are those of the method's own parameters and result, held against the caller's types.
/// </summary>
internal sealed class MethodPassage<TArguments, TResult> : MethodPassage
{
    private readonly TypeGuard<TArguments> _arguments;
    private readonly TypeGuard<TResult>? _result;
    private readonly JsonTypeInfo<TResult> _resultType;
    private readonly int _wrapping;

    private MethodPassage(MethodCall call, TypeGuard<TArguments> arguments, ToolMethod method, PassedType<TResult> result, int wrapping = 0)
    {
        Method = call;
        _arguments = arguments;
        _result = result.MayPass ? method.Result.Guard(result) : null;
        _resultType = result.Info;
        _wrapping = wrapping;
    }

    public override MethodCall Method { get; }

    public override bool Accepts(PassedCall call, int maxBytes) =>
        _arguments.Accepts(PassedCall<TArguments>.Of(call).Arguments, maxBytes - _wrapping);

    /// <summary>The passage into a method; null when the arguments do not fit its parameters.</summary>
    public static MethodPassage<TArguments, TResult>? TryCreate(ToolMethod method, PassedType<TArguments> arguments, PassedType<TResult> result) =>
        method.Whole is { } whole ? OfWhole(method, whole, arguments, result) : OfProperties(method, arguments, result);

    /// <summary>The caller's value is the parameter, if it is of that very type.</summary>
    private static MethodPassage<TArguments, TResult>? OfWhole(
        ToolMethod method, IWholeParameter whole, PassedType<TArguments> arguments, PassedType<TResult> result) =>
        whole is not ToolParameter<TArguments> ? null : new(
            method.Call.With([.. method.Parameters.Select(parameter => parameter == whole ? whole.FromValue() : parameter)]),
            TypeGuard.Compile(whole.Shape, arguments.Info, forInput: true, arguments.Properties),
            method,
            result,
            whole.IsWrapped ? AgentInput.WrappingBytes : 0);

    /// <summary>The properties of the caller's value are the parameters, if they fit one to one.</summary>
    private static MethodPassage<TArguments, TResult>? OfProperties(ToolMethod method, PassedType<TArguments> arguments, PassedType<TResult> result)
    {
        // Those with neither getter nor setter are not part of the type's JSON.
        var properties = arguments.Info.Properties.Where(property => property.Get is not null || property.Set is not null)
            .ToDictionary(property => property.Name, StringComparer.Ordinal);
        var parameters = new ToolParameter[method.Parameters.Count];
        var members = new List<PropertyShape>(parameters.Length);
        for (int i = 0; i < parameters.Length; i++)
        {
            var parameter = method.Parameters[i];
            JsonPropertyInfo? property = null;
            if (parameter.Argument is { } argument && properties.Remove(argument.Name, out property))
            {
                members.Add(argument with { Metadata = property });
            }

            if (parameter.From<TArguments>(property) is not { } taken)
            {
                return null;
            }

            parameters[i] = taken;
        }

        // What is left over is unknown to the tool: its JSON is refused, and says so.
        return properties.Count > 0 ? null : new(
            method.Call.With(parameters),
            TypeGuard.Compile(new ObjectShape(typeof(TArguments), members) { Metadata = arguments.Info }, arguments.Info, forInput: true, arguments.Properties),
            method,
            result);
    }

    public override ToolResponse? Pass(PassedCall call, object result, int maxBytes)
    {
        if (_result is null || result is not TResult value || !_result.Accepts(value, maxBytes))
        {
            return null;
        }

        PassedCall<TArguments, TResult>.Of(call).Result = value;
        return call;
    }

    public override TypedChunk? PassItem(object item, int maxBytes) =>
        item is TResult value && _result is not null && _result.Accepts(value, maxBytes) ? new TypedChunk<TResult>(value, _resultType) : null;
}
