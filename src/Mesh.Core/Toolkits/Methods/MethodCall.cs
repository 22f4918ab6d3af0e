using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// How a tool's method is called. Methods of up to four parameters are called through a delegate, their arguments read
/// as what they are; others through reflection, every argument an object in an array.
/// </summary>
internal abstract class MethodCall
{
    /// <summary>Calls the method. Returns what it returns, unread.</summary>
    public abstract object? Invoke(JsonElement arguments, CallContext context);

    /// <summary>A call of the same method that takes its arguments from elsewhere.</summary>
    /// <param name="parameters">As many as the method has, of the same types.</param>
    public abstract MethodCall With(IReadOnlyList<ToolParameter> parameters);

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static MethodCall Of(MethodInfo method, object? target, ToolParameter[] parameters) =>
        TryOf(parameters, ParametersOf(method), method.ReturnType, signature => method.CreateDelegate(signature, method.IsStatic ? null : target))
            ?? new ReflectedCall(MethodInvoker.Create(method), target, parameters);

    /// <summary>A call of code through a delegate; null where its signature allows none.</summary>
    /// <param name="parameters">Where its arguments come from.</param>
    /// <param name="types">The types of its parameters.</param>
    /// <param name="returned">What it returns.</param>
    /// <param name="bind">Makes the delegate of a signature.</param>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static MethodCall? TryOf(ToolParameter[] parameters, Type[] types, Type returned, Func<Type, Delegate> bind)
    {
        Type[] signatureTypes = [.. types, returned];
        var (form, signature) = parameters.Length switch
        {
            0 => (typeof(DelegateCall<>), typeof(Func<>)),
            1 => (typeof(DelegateCall<,>), typeof(Func<,>)),
            2 => (typeof(DelegateCall<,,>), typeof(Func<,,>)),
            3 => (typeof(DelegateCall<,,,>), typeof(Func<,,,>)),
            4 => (typeof(DelegateCall<,,,,>), typeof(Func<,,,,>)),
            _ => (null, null),
        };
        bool isTyped = form is not null
            && returned != typeof(void)
            && !signatureTypes.Any(type => type.IsByRef || type.IsPointer || type.IsByRefLike)
            && parameters.Zip(types).All(each => each.First.GetType().IsAssignableTo(typeof(ToolParameter<>).MakeGenericType(each.Second)));
        return isTyped
            ? (MethodCall)Activator.CreateInstance(form!.MakeGenericType(signatureTypes), [bind(signature!.MakeGenericType(signatureTypes)), .. parameters])!
            : null;
    }

    public static Type[] ParametersOf(MethodBase method) => [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
}

/// <summary>A call whose result need not become an object on its way.</summary>
internal abstract class MethodCall<TReturn> : MethodCall
{
    public abstract TReturn Call(JsonElement arguments, CallContext context);

    public sealed override object? Invoke(JsonElement arguments, CallContext context) => Call(arguments, context);
}

internal sealed class ReflectedCall(MethodInvoker method, object? target, IReadOnlyList<ToolParameter> parameters) : MethodCall
{
    public override MethodCall With(IReadOnlyList<ToolParameter> parameters) => new ReflectedCall(method, target, parameters);

    public override object? Invoke(JsonElement arguments, CallContext context)
    {
        var values = new object?[parameters.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = parameters[i].Find(arguments, context);
        }

        return method.Invoke(target, values.AsSpan());
    }
}

internal sealed class DelegateCall<TReturn>(Func<TReturn> method) : MethodCall<TReturn>
{
    public override TReturn Call(JsonElement arguments, CallContext context) => method();

    public override MethodCall With(IReadOnlyList<ToolParameter> parameters) => this;
}

internal sealed class DelegateCall<T1, TReturn>(Func<T1, TReturn> method, ToolParameter<T1> p1) : MethodCall<TReturn>
{
    public override TReturn Call(JsonElement arguments, CallContext context) => method(p1.Read(arguments, context));

    public override MethodCall With(IReadOnlyList<ToolParameter> parameters) =>
        new DelegateCall<T1, TReturn>(method, (ToolParameter<T1>)parameters[0]);
}

internal sealed class DelegateCall<T1, T2, TReturn>(Func<T1, T2, TReturn> method, ToolParameter<T1> p1, ToolParameter<T2> p2) : MethodCall<TReturn>
{
    public override TReturn Call(JsonElement arguments, CallContext context) => method(p1.Read(arguments, context), p2.Read(arguments, context));

    public override MethodCall With(IReadOnlyList<ToolParameter> parameters) =>
        new DelegateCall<T1, T2, TReturn>(method, (ToolParameter<T1>)parameters[0], (ToolParameter<T2>)parameters[1]);
}

internal sealed class DelegateCall<T1, T2, T3, TReturn>(
    Func<T1, T2, T3, TReturn> method, ToolParameter<T1> p1, ToolParameter<T2> p2, ToolParameter<T3> p3) : MethodCall<TReturn>
{
    public override TReturn Call(JsonElement arguments, CallContext context) =>
        method(p1.Read(arguments, context), p2.Read(arguments, context), p3.Read(arguments, context));

    public override MethodCall With(IReadOnlyList<ToolParameter> parameters) => new DelegateCall<T1, T2, T3, TReturn>(
        method, (ToolParameter<T1>)parameters[0], (ToolParameter<T2>)parameters[1], (ToolParameter<T3>)parameters[2]);
}

internal sealed class DelegateCall<T1, T2, T3, T4, TReturn>(
    Func<T1, T2, T3, T4, TReturn> method, ToolParameter<T1> p1, ToolParameter<T2> p2, ToolParameter<T3> p3, ToolParameter<T4> p4) : MethodCall<TReturn>
{
    public override TReturn Call(JsonElement arguments, CallContext context) =>
        method(p1.Read(arguments, context), p2.Read(arguments, context), p3.Read(arguments, context), p4.Read(arguments, context));

    public override MethodCall With(IReadOnlyList<ToolParameter> parameters) => new DelegateCall<T1, T2, T3, T4, TReturn>(
        method, (ToolParameter<T1>)parameters[0], (ToolParameter<T2>)parameters[1], (ToolParameter<T3>)parameters[2], (ToolParameter<T4>)parameters[3]);
}
