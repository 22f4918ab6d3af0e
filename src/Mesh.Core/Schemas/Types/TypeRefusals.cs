using System.Reflection;

namespace Mesh;

/// <summary>The types that have no JSON form which two participants could share, each with its reason.</summary>
internal static class TypeRefusals
{
    /// <summary>Fails if a type can never be described, before the serializer is asked about it.</summary>
    public static void Check(Type type, string path)
    {
        if (Reason(type) is var (reason, remedy))
            throw Refuse(type, path, reason, remedy);
    }

    /// <summary>The exception for a type that cannot be described.</summary>
    public static MeshException Refuse(Type type, string path, string reason, string remedy, Exception? cause = null)
    {
        string where = path.Length == 0 ? "" : $" at '{path}'";
        return new MeshException(
            new MeshError(MeshErrorCode.InvalidDefinition, $"Type '{TypeNames.Display(type)}'{where} cannot be described: {reason}.")
            {
                Remedy = remedy,
            },
            cause);
    }

    private static (string Reason, string Remedy)? Reason(Type type)
    {
        const string Data = "Use a record of plain data instead.";
        const string Bytes = "Use byte[] or ReadOnlyMemory<byte>, or stream chunks with IAsyncEnumerable.";
        if (type.IsByRef)
            return ("arguments are passed by value, not by reference", "Take the value, and return what changes.");
        if (type.IsPointer || type.IsFunctionPointer)
            return ("a pointer means nothing to another participant", Bytes);
        if (type.IsByRefLike)
            return ("a ref struct cannot leave the stack", Bytes);
        if (type.ContainsGenericParameters)
            return ("an open generic type has no single form", "Close it over concrete types.");
        if (type == typeof(object))
            return ("'object' says nothing about its JSON", "Use a concrete type, JsonElement for any JSON, or [JsonSchema] with a converter.");
        if (type == typeof(void))
            return ("it is no value", Data);
        if (type == typeof(IntPtr) || type == typeof(UIntPtr))
            return ("a native integer differs between machines", "Use int or long.");
        if (type == typeof(CancellationToken))
            return ("a cancellation token is no data", "Take it as a parameter of the tool's method; Mesh supplies it.");
        if (type.IsAssignableTo(typeof(Delegate)))
            return ("a delegate cannot cross as JSON", Data);
        if (type.IsAssignableTo(typeof(Stream)))
            return ("a stream cannot cross as JSON", Bytes);
        if (type.IsAssignableTo(typeof(MemberInfo)) || type.IsAssignableTo(typeof(Assembly)) || type.IsAssignableTo(typeof(Module)))
            return ("a reflection object belongs to one process", "Use its name as a string.");
        if (type.IsAssignableTo(typeof(Task)) || IsGeneric(type, typeof(ValueTask<>)) || type == typeof(ValueTask))
            return ("a task is no data", "Return it from the method itself, or await it first.");
        if (IsGeneric(type, typeof(IAsyncEnumerable<>)))
            return ("an asynchronous stream cannot stand inside of a value", "Return it from the method itself, or use a list.");
        if (type.IsArray && type.GetArrayRank() > 1)
            return ("the serializer has no form for arrays of several dimensions", "Use an array of arrays.");
        return null;
    }

    private static bool IsGeneric(Type type, Type definition) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}
