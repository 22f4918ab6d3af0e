using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

public abstract partial class Tool
{
    internal const string ReflectionMessage =
        "The parameters and results of methods are read by reflection. In a trimmed or native app use the overload that takes serializer metadata.";

    /// <summary>
    /// A tool of a method: any lambda or method group. Parameters are bound by their names in camelCase, one without a
    /// default value is required. <see cref="System.Threading.CancellationToken"/>, <see cref="CallContext"/>,
    /// <see cref="RoomClient"/> (the room as the tool's provider sees it) and what is marked
    /// <see cref="FromHostAttribute"/> are no arguments; one parameter may be an <see cref="IAsyncEnumerable{T}"/>, which
    /// is the caller's input stream. The result may be a <see cref="ToolResponse"/> or any describable value, or a
    /// <see cref="Task"/>, <see cref="ValueTask"/> or <see cref="IAsyncEnumerable{T}"/> of one; the last makes a
    /// streaming tool.
    /// </summary>
    /// <param name="name">The name within its toolkit: 1 to 64 letters, digits, <c>_</c>, <c>-</c> and <c>.</c></param>
    /// <param name="handler">The method. It is called from many threads at once.</param>
    /// <param name="options">What the signature does not tell; null for the defaults.</param>
    /// <exception cref="MeshException">A parameter or the result cannot be described as JSON; the message names it and
    /// the reason (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    [RequiresUnreferencedCode(ReflectionMessage)]
    [RequiresDynamicCode(ReflectionMessage)]
    public static Tool Create(string name, Delegate handler, ToolOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (handler.GetInvocationList().Length > 1)
        {
            throw new ArgumentException($"Tool '{name}': a handler must be a single method.", nameof(handler));
        }

        return FromMethod(name, handler.Method, handler.Target, options ?? ToolOptions.Default);
    }

    /// <summary>
    /// A tool of a method with serializer metadata, safe for trimming and native code: the arguments are one object, and
    /// the schemas come from the metadata.
    /// </summary>
    /// <param name="name">The name within its toolkit.</param>
    /// <param name="handler">The method. It is called from many threads at once.</param>
    /// <param name="arguments">The metadata of the arguments' type, which must be written as a JSON object.</param>
    /// <param name="result">The metadata of the result's type.</param>
    /// <param name="options">What the signature does not tell; null for the defaults. Its serializer options are of no effect.</param>
    /// <typeparam name="TArguments">The type of the arguments.</typeparam>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <exception cref="MeshException">A type cannot be described as JSON (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static Tool Create<TArguments, TResult>(
        string name,
        Func<TArguments, CallContext, ValueTask<TResult>> handler,
        JsonTypeInfo<TArguments> arguments,
        JsonTypeInfo<TResult> result,
        ToolOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(result);
        return new TypedTool<TArguments, TResult>(name, handler, arguments, result, options ?? ToolOptions.Default);
    }

    [RequiresUnreferencedCode(ReflectionMessage)]
    [RequiresDynamicCode(ReflectionMessage)]
    internal static Tool FromMethod(string name, MethodInfo method, object? target, ToolOptions options)
    {
        options = options.Description is null
            ? options with { Description = method.GetCustomAttribute<DescriptionAttribute>()?.Description }
            : options;
        return Bind(options.SerializerOptions is { } own ? MeshJson.Prepare(own) : HostJson.Reflective, canRebind: options.SerializerOptions is null);

        MethodTool Bind(JsonSerializerOptions json, bool canRebind)
        {
            var bound = new ToolMethod(
                $"Tool '{name}'", method, target, json, static (parameters, reader) => [.. parameters.Select(parameter => ToolParameter.Of(parameter, reader))]);
            return new(bound.Define(name, options), bound, options.RunOnThreadPool, canRebind ? host => Bind(host, canRebind: false) : null);
        }
    }

    /// <summary>The same tool with the serializer options of a host, where it has none of its own.</summary>
    internal virtual Tool BoundTo(JsonSerializerOptions hostOptions) => this;

    /// <summary>How values of a caller's types go into the tool and out of it by reference; null when they go as JSON.</summary>
    internal virtual ToolPassage? FindPassage<TArguments, TResult>(PassedType<TArguments> arguments, PassedType<TResult> result) => null;
}
