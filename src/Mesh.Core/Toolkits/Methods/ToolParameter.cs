using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>Where one parameter of a tool's method comes from.</summary>
internal abstract class ToolParameter
{
    /// <summary>The value for one call. The arguments satisfy the schema.</summary>
    public abstract object? Find(JsonElement arguments, CallContext context);

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static ToolParameter Of(ParameterInfo parameter, TypeShapeReader reader)
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

        if (parameter.GetCustomAttribute<FromHostAttribute>() is not null)
        {
            return new HostParameter(type, parameter.Name ?? "");
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)
            ? InputStreamParameter.Of(parameter, reader)
            : new ArgumentParameter(parameter, reader);
    }
}

internal sealed class TokenParameter : ToolParameter
{
    public override object? Find(JsonElement arguments, CallContext context) => context.CancellationToken;
}

internal sealed class ContextParameter : ToolParameter
{
    public override object? Find(JsonElement arguments, CallContext context) => context;
}

internal sealed class HostParameter(Type type, string name) : ToolParameter
{
    public override object? Find(JsonElement arguments, CallContext context) =>
        context.Host.Options.Services?.GetService(type)
            ?? throw new InvalidOperationException($"The host has no service of type '{type}' for parameter '{name}' marked [FromHost]. Register it, and give the provider to MeshHostOptions.Services.");
}

/// <summary>A parameter that is an argument of the call, found by its name.</summary>
internal sealed class ArgumentParameter : ToolParameter
{
    private readonly byte[] _name;
    private readonly JsonTypeInfo _type;
    private readonly object? _default;

    public ArgumentParameter(ParameterInfo parameter, TypeShapeReader reader)
    {
        Shape = reader.ReadParameter(parameter);
        _name = Encoding.UTF8.GetBytes(Shape.Name);
        _type = reader.Options.GetTypeInfo(parameter.ParameterType);
        _default = DefaultOf(parameter);
    }

    public PropertyShape Shape { get; }

    public override object? Find(JsonElement arguments, CallContext context)
    {
        if (!arguments.TryGetProperty(_name, out var value))
        {
            return _default;
        }

        // The scalars that most arguments are, without the serializer's detour over a reader.
        var type = _type.Type;
        if (type == typeof(string))
        {
            return value.GetString();
        }

        if (type == typeof(int) && value.TryGetInt32(out int number))
        {
            return number;
        }

        if (type == typeof(bool))
        {
            return value.GetBoolean();
        }

        return type == typeof(JsonElement) ? value : ArgumentBinder.Bind(value, _type, "/" + Shape.Name, context);
    }

    private static object? DefaultOf(ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return !parameter.HasDefaultValue ? null
            : parameter.DefaultValue is { } value && type.IsEnum ? Enum.ToObject(type, value)
            : parameter.DefaultValue;
    }
}
