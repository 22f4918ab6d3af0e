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

    /// <summary>Calls the method with the arguments of the call. Returns what it returns, unread.</summary>
    public abstract object? Invoke(CallContext context);

    /// <summary>Lets a result go by reference, if it satisfies the tool's output schema.</summary>
    /// <param name="call">The call that the tool answers.</param>
    /// <param name="result">What it returned.</param>
    /// <param name="maxBytes">How large its JSON may be.</param>
    /// <returns>The response; null when the result goes as JSON, and is checked as such.</returns>
    public abstract ToolResponse? Pass(PassedCall call, object result, int maxBytes);
}

/// <summary>
/// The passage into a tool that is a method: each parameter is taken from the property of its name. The guards are those
/// of the method's own parameters and result, held against the caller's types.
/// </summary>
internal sealed class MethodPassage<TArguments, TResult> : MethodPassage
{
    private readonly MethodCall _call;
    private readonly TypeGuard<TArguments> _arguments;
    private readonly TypeGuard<TResult>? _result;

    private MethodPassage(MethodCall call, TypeGuard<TArguments> arguments, TypeGuard<TResult>? result)
    {
        _call = call;
        _arguments = arguments;
        _result = result;
    }

    /// <summary>The passage of two types; null when the arguments do not fit the parameters one to one.</summary>
    public static MethodPassage<TArguments, TResult>? TryCreate(ToolMethod method, PassedType<TArguments> arguments, PassedType<TResult> result)
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
            result.MayPass ? method.Result.Guard(result) : null);
    }

    public override bool Accepts(PassedCall call, int maxBytes) => _arguments.Accepts(PassedCall<TArguments>.Of(call).Arguments, maxBytes);

    public override ToolResponse? Pass(PassedCall call, object result, int maxBytes)
    {
        if (_result is null || result is not TResult value || !_result.Accepts(value, maxBytes))
        {
            return null;
        }

        PassedCall<TArguments, TResult>.Of(call).Result = value;
        return call;
    }

    public override object? Invoke(CallContext context) => _call.Invoke(default, context);
}
