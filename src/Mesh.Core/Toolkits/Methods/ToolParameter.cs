using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>Where one parameter of a tool's method comes from.</summary>
internal abstract class ToolParameter
{
    /// <summary>The argument that it is; null for what does not come from the caller, or comes as a stream.</summary>
    public virtual PropertyShape? Argument => null;

    /// <summary>The value for one call. The arguments satisfy the schema.</summary>
    public abstract object? Find(JsonElement arguments, CallContext context);

    /// <summary>The same parameter for calls whose arguments are a value: its own, where they have nothing to do with it.</summary>
    /// <param name="property">The property that has its name in JSON; null when there is none.</param>
    /// <typeparam name="TArguments">The type of the arguments.</typeparam>
    /// <returns>Null when the property cannot stand for the parameter.</returns>
    public virtual ToolParameter? From<TArguments>(JsonPropertyInfo? property) => this;

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static ToolParameter Of(ParameterInfo parameter, TypeShapeReader reader) =>
        FindGiven(parameter, reader) ?? OfArgument(parameter, reader.ReadParameter(parameter), reader.Options.GetTypeInfo(parameter.ParameterType));

    /// <summary>A parameter that is no argument; null for one that is.</summary>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static ToolParameter? FindGiven(ParameterInfo parameter, TypeShapeReader reader)
    {
        var type = parameter.ParameterType;
        if (type == typeof(CancellationToken))
        {
            return new TokenParameter();
        }

        if (type == typeof(CallContext))
        {
            return new ContextParameter();
        }

        if (type == typeof(RoomClient))
        {
            return new RoomParameter();
        }

        if (parameter.GetCustomAttribute<FromHostAttribute>() is not null)
        {
            return new HostParameter(type, parameter.Name ?? "");
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)
            ? InputStreamParameter.Of(parameter, reader)
            : null;
    }

    /// <summary>A parameter that is an argument.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="argument">What was read of it, which is what refuses types that cannot be arguments.</param>
    /// <param name="type">How it is read from JSON.</param>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static ToolParameter OfArgument(ParameterInfo parameter, PropertyShape argument, JsonTypeInfo type) =>
        (ToolParameter)Activator.CreateInstance(
            typeof(ArgumentParameter<>).MakeGenericType(parameter.ParameterType), argument, type, DefaultOf(parameter))!;

    private static object? DefaultOf(ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return !parameter.HasDefaultValue ? null
            : parameter.DefaultValue is { } value && type.IsEnum ? Enum.ToObject(type, value)
            : parameter.DefaultValue;
    }
}

/// <summary>A parameter whose value need not become an object on its way.</summary>
internal abstract class ToolParameter<T> : ToolParameter
{
    public abstract T Read(JsonElement arguments, CallContext context);

    public sealed override object? Find(JsonElement arguments, CallContext context) => Read(arguments, context);
}

internal sealed class TokenParameter : ToolParameter<CancellationToken>
{
    public override CancellationToken Read(JsonElement arguments, CallContext context) => context.CancellationToken;
}

internal sealed class ContextParameter : ToolParameter<CallContext>
{
    public override CallContext Read(JsonElement arguments, CallContext context) => context;
}

internal sealed class RoomParameter : ToolParameter<RoomClient>
{
    public override RoomClient Read(JsonElement arguments, CallContext context) => context.Room;
}

internal sealed class HostParameter(Type type, string name) : ToolParameter
{
    public override object? Find(JsonElement arguments, CallContext context) =>
        context.Host.Options.Services?.GetService(type)
            ?? throw new InvalidOperationException($"The host has no service of type '{type}' for parameter '{name}' marked [FromHost]. Register it, and give the provider to MeshHostOptions.Services.");
}

/// <summary>A parameter that is an argument of the call, found by its name.</summary>
internal sealed class ArgumentParameter<T> : ToolParameter<T>
{
    private readonly byte[] _name;
    private readonly string _path;
    private readonly JsonTypeInfo<T> _type;
    private readonly T _default;

    public ArgumentParameter(PropertyShape argument, JsonTypeInfo type, object? defaultValue)
    {
        Argument = argument;
        _name = Encoding.UTF8.GetBytes(argument.Name);
        _path = "/" + argument.Name;
        _type = (JsonTypeInfo<T>)type;
        _default = defaultValue is T value ? value : default!;
    }

    public override PropertyShape Argument { get; }

    public override ToolParameter? From<TArguments>(JsonPropertyInfo? property)
    {
        if (property is null)
        {
            return Argument.Required ? null : new DefaultParameter<T>(_default);
        }

        // One that is written in a way of its own may come out of its JSON as another value.
        return property is { CustomConverter: null, NumberHandling: null, AttributeProvider: PropertyInfo { GetMethod: { } getter } } && property.PropertyType == typeof(T)
            ? PropertyParameter<TArguments, T>.Of(getter, property)
            : null;
    }

    public override T Read(JsonElement arguments, CallContext context)
    {
        if (!arguments.TryGetProperty(_name, out var value))
        {
            return _default;
        }

        // The scalars that most arguments are, without the serializer's detour over a reader.
        if (typeof(T) == typeof(string))
        {
            return (T)(object)value.GetString()!;
        }

        if (typeof(T) == typeof(int) && value.TryGetInt32(out int number))
        {
            return (T)(object)number;
        }

        if (typeof(T) == typeof(bool))
        {
            return (T)(object)value.GetBoolean();
        }

        return typeof(T) == typeof(JsonElement) ? (T)(object)value : ArgumentBinder.Bind(value, _type, _path, context)!;
    }
}

/// <summary>A parameter that the arguments say nothing about.</summary>
internal sealed class DefaultParameter<T>(T value) : ToolParameter<T>
{
    public override T Read(JsonElement arguments, CallContext context) => value;
}

/// <summary>A parameter that is a property of arguments that go by reference.</summary>
internal sealed class PropertyParameter<TArguments, T>(Func<TArguments, T> get) : ToolParameter<T>
{
    public static PropertyParameter<TArguments, T> Of(MethodInfo getter, JsonPropertyInfo property) => new(typeof(TArguments).IsValueType
        ? arguments => (T)property.Get!(arguments!)!
        : getter.CreateDelegate<Func<TArguments, T>>());

    public override T Read(JsonElement arguments, CallContext context) => get(PassedCall<TArguments>.Of(context.Request.Arguments.Passed!).Arguments);
}
