using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>A type of arguments or results, and whether its values may go through a call by reference. Immutable.</summary>
internal sealed class PassedType<T>
{
    // The question takes a walk over the type, and a caller may get a handle for every call.
    private static readonly ConditionalWeakTable<JsonTypeInfo, PassedType<T>> Known = [];

    private PassedType(JsonTypeInfo<T> type, string? refusal, GuardPropertyFactory? properties)
    {
        Info = type;
        Refusal = refusal;
        Properties = properties;
    }

    /// <summary>What values are written and read with.</summary>
    public JsonTypeInfo<T> Info { get; }

    /// <summary>Why values go as JSON, one sentence for a person; null when they may go by reference.</summary>
    public string? Refusal { get; }

    public bool MayPass => Refusal is null;

    /// <summary>How guards read the properties of values that may go by reference.</summary>
    public GuardPropertyFactory? Properties { get; }

    /// <summary>A type that is looked at by reflection.</summary>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static PassedType<T> Of(JsonTypeInfo<T> type) =>
        Known.GetValue(type, static type => new((JsonTypeInfo<T>)type, FindRefusal(type), GuardProperty.Typed));

    /// <summary>A type of which nothing but its metadata may be known, as in a trimmed app.</summary>
    public static PassedType<T> AsJson(JsonTypeInfo<T> type) => new(type, "Its serializer metadata was given, as for a trimmed or native app.", null);

    /// <summary>One of Mesh's own types, which are immutable and which the tool at the other end knows how to check.</summary>
    public static PassedType<T> BuiltIn(JsonTypeInfo<T> type) => new(type, null, null);

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    private static string? FindRefusal(JsonTypeInfo type)
    {
        try
        {
            return ByReference.IsAllowed(type, TypeShapeReader.Read(type), out string? reason) ? null : reason;
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.InvalidDefinition)
        {
            return exception.Message;
        }
    }
}
