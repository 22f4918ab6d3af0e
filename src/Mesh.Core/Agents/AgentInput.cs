using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// How an agent's input becomes the arguments of its call, which are always an object: the one rule for those who offer
/// agents and for those who ask them.
/// </summary>
/// <remarks>
/// An input whose JSON is an object is the arguments. Any other (scalars, enums, collections, tuples,
/// <see cref="JsonElement"/>) is their property <c>value</c>. Whether null may stand for the input does not matter: a type
/// does not tell that of itself, and both sides must come to the same answer. An input of null is no input.
/// </remarks>
internal static class AgentInput
{
    /// <summary>The property that an input is wrapped in.</summary>
    public const string Wrapper = "value";

    /// <summary>What wrapping adds to the JSON: <c>{"value":}</c>.</summary>
    public const int WrappingBytes = 10;

    private static readonly ConditionalWeakTable<JsonTypeInfo, StrongBox<bool>> Wrapped = [];
    private static readonly JsonEncodedText WrapperText = JsonEncodedText.Encode(Wrapper);

    /// <summary>Whether inputs of a type are wrapped.</summary>
    public static bool IsWrapped(JsonTypeInfo type) =>
        Wrapped.GetValue(type, static type => new(!IsObject(type))).Value;

    /// <summary>Where the parameters of an agent's method come from.</summary>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static ToolParameter[] Bind(ParameterInfo[] parameters, TypeShapeReader reader)
    {
        ToolParameter?[] bound = [.. parameters.Select(parameter => ToolParameter.FindGiven(parameter, reader))];
        bool isWhole = bound.Count(each => each is null) == 1;
        return [.. parameters.Zip(bound, (parameter, given) => given
            ?? (isWhole ? BindWhole(parameter, reader) : ToolParameter.OfArgument(parameter, reader.ReadParameter(parameter), reader.Options.GetTypeInfo(parameter.ParameterType))))];
    }

    /// <summary>The schema of the arguments for an input of a type.</summary>
    public static JsonElement SchemaOf(JsonTypeInfo type)
    {
        var shape = TypeShapeReader.Read(type);
        return TypeSchemaWriter.Write(IsWrapped(type) ? new ObjectShape(null, [Wrap(Place(shape))]) : shape, forInput: true);
    }

    /// <summary>Reads the input from the arguments of a call, which satisfy the schema.</summary>
    /// <exception cref="ToolException">The value does not fit its type (<see cref="MeshErrorCode.InvalidArguments"/>).</exception>
    public static T Read<T>(JsonElement arguments, JsonTypeInfo<T> type, CallContext context) =>
        !IsWrapped(type) ? ArgumentBinder.Bind(arguments, type, "/", context)!
        : arguments.TryGetProperty(Wrapper, out var value) ? ArgumentBinder.Bind(value, type, "/" + Wrapper, context)!
        : default!;

    /// <summary>What a caller gives as the input, as the arguments of a call: JSON as it is; null is none.</summary>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static JsonPayload Write(object? input, JsonSerializerOptions json) => input switch
    {
        null => default,
        JsonPayload payload => payload,
        JsonElement element => JsonPayload.FromElement(element),
        _ => Write(input, json.GetTypeInfo(input.GetType())),
    };

    /// <summary>Writes an input as the arguments of a call; null is none.</summary>
    public static JsonPayload Write(object? input, JsonTypeInfo type) => input is null ? default
        : IsWrapped(type) ? JsonPayload.FromUtf8(ToUtf8(input, type))
        : JsonPayload.FromElement(JsonSerializer.SerializeToElement(input, type));

    /// <summary>An input that is wrapped, as JSON text.</summary>
    public static byte[] ToUtf8(object? input, JsonTypeInfo type) => OwnedJson.WriteWrapped(WrapperText, input, type);

    private static bool IsObject(JsonTypeInfo type)
    {
        try
        {
            return IsObject(TypeShapeReader.Read(type));
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.InvalidDefinition)
        {
            // No agent has an input of it, but what a caller sends of it is found wanting by the agent's schema.
            return type.Kind is JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary;
        }
    }

    private static bool IsObject(TypeShape shape) => shape switch
    {
        ObjectShape or UnionShape or DictionaryShape or AnyObjectShape => true,
        NullableShape nullable => IsObject(nullable.Inner),
        ReferenceShape { Target.Shape: { } target } => IsObject(target),
        VerbatimShape { Schema: { ValueKind: JsonValueKind.Object } schema } =>
            schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("object"u8),
        _ => false,
    };

    private static PropertyShape Place(TypeShape shape) => shape is NullableShape nullable
        ? new("", nullable.Inner) { AcceptsNull = true, MayBeNull = true, Required = true }
        : new("", shape) { Required = true };

    /// <summary>The property that a wrapped input is. One that may be null may also be left out: null is no input.</summary>
    private static PropertyShape Wrap(PropertyShape input) => input with { Name = Wrapper, Required = input is { Required: true, AcceptsNull: false } };

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    private static ToolParameter BindWhole(ParameterInfo parameter, TypeShapeReader reader)
    {
        var argument = reader.ReadParameter(parameter);
        var type = reader.Options.GetTypeInfo(parameter.ParameterType);
        var wrapped = !IsWrapped(type) ? null : ToolParameter.OfArgument(parameter, Wrap(argument), type);
        return (ToolParameter)Activator.CreateInstance(
            typeof(WholeParameter<>).MakeGenericType(parameter.ParameterType), argument, type, wrapped, wrapped is null ? ConstructorCall.TryCreate(type) : null)!;
    }
}
