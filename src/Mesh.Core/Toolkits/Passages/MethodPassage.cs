using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// The passage into a tool that is a method: each parameter is taken from the property of its name. The guards are those
/// of the method's own parameters and result, held against the caller's types.
/// </summary>
internal sealed class MethodPassage<TArguments, TResult> : ToolPassage
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
