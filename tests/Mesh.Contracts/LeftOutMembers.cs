using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mesh.Contracts;

/// <summary>
/// Whether a member that a JSON text leaves out has the value that it has in an object made without it. A generated
/// serializer sets every <c>init</c> member, and gives those that are not there the default of their type, such as null.
/// </summary>
public static class LeftOutMembers
{
    /// <summary>The members of the types of some contexts for which that is not so, with what they are and what they should be.</summary>
    public static IReadOnlyList<string> FindIn(params JsonSerializerContext[] contexts) =>
    [
        .. from context in contexts
           from property in context.GetType().GetProperties()
           where property.PropertyType.IsAssignableTo(typeof(JsonTypeInfo))
           let type = (JsonTypeInfo)property.GetValue(context)!
           where type is { Kind: JsonTypeInfoKind.Object, Type.IsAbstract: false }
           from difference in FindIn(type, context)
           select difference,
    ];

    private static IEnumerable<string> FindIn(JsonTypeInfo type, JsonSerializerContext context)
    {
        object read = JsonSerializer.Deserialize(Smallest(type, context), type)!;
        object made = ConstructorOf(type)?.Invoke([.. ParametersOf(type).Select(parameter => parameter.HasDefaultValue
            ? parameter.DefaultValue
            : type.Properties.Single(property => IsSetBy(property, parameter)).Get!(read))]) ?? Activator.CreateInstance(type.Type)!;
        return from member in type.Properties
               where !IsRequired(type, member) && member is { Get: not null, Set: not null }
               let values = (Read: Text(member.Get!(read)), Made: Text(member.Get!(made)))
               where values.Read != values.Made
               select $"{type.Type.Name}.{member.Name}: {values.Read}, not {values.Made}";
    }

    /// <summary>The smallest object of a type: what must be there, and nothing else.</summary>
    private static JsonObject Smallest(JsonTypeInfo type, JsonSerializerContext context) =>
        new(type.Properties.Where(member => IsRequired(type, member)).Select(member => KeyValuePair.Create(member.Name, Sample(member.PropertyType, context))));

    private static JsonNode? Sample(Type type, JsonSerializerContext context)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return context.GetTypeInfo(type) is { Kind: not JsonTypeInfoKind.None } info
            ? info.Kind switch
            {
                JsonTypeInfoKind.Enumerable => new JsonArray(),
                JsonTypeInfoKind.Dictionary => new JsonObject(),
                _ => Smallest(info, context),
            }
            : type == typeof(JsonElement) ? new JsonObject()
            : type == typeof(AllowList) ? new JsonArray()
            : !type.IsValueType || type == typeof(ToolAddress) ? "a1"
            : JsonSerializer.SerializeToNode(Activator.CreateInstance(type), context.GetTypeInfo(type)!) ?? "a1";
    }

    private static bool IsRequired(JsonTypeInfo type, JsonPropertyInfo member) =>
        member.IsRequired || ParametersOf(type).Any(parameter => !parameter.HasDefaultValue && IsSetBy(member, parameter));

    private static bool IsSetBy(JsonPropertyInfo member, ParameterInfo parameter) => string.Equals(member.Name, parameter.Name, StringComparison.OrdinalIgnoreCase);

    private static ParameterInfo[] ParametersOf(JsonTypeInfo type) => ConstructorOf(type)?.GetParameters() ?? [];

    /// <summary>The constructor that sets most members; null for a value without one.</summary>
    private static ConstructorInfo? ConstructorOf(JsonTypeInfo type) => type.Type
        .GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .Where(constructor => constructor.GetParameters().All(parameter => type.Properties.Any(member => IsSetBy(member, parameter))))
        .MaxBy(constructor => constructor.GetParameters().Length);

    private static string Text(object? value) => value is null ? "null" : JsonSerializer.Serialize(value);
}
