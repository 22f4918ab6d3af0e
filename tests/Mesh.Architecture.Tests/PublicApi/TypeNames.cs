namespace Mesh.Architecture.Tests.PublicApi;

/// <summary>Writes types as C# does, without the namespaces that every file imports.</summary>
internal static class TypeNames
{
    private static readonly HashSet<string?> Imported =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
        "System.Threading.Tasks",
    ];

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    /// <summary>A type as it is used at a place.</summary>
    /// <param name="type">The type.</param>
    /// <param name="home">The namespace that goes without saying.</param>
    /// <param name="nullability">The annotations of the place.</param>
    public static string Of(Type type, string? home, Nullability nullability)
    {
        if (type.IsByRef || type.IsPointer)
            return Of(type.GetElementType()!, home, nullability) + (type.IsPointer ? "*" : "");

        if (Nullable.GetUnderlyingType(type) is { } value)
            return Of(value, home, nullability) + "?";

        // Value types carry a flag only where they are generic; there it is always "not annotated".
        bool nullable = (!type.IsValueType || type.IsGenericType) && nullability.NextIsNullable();
        return Bare(type, home, nullability) + (nullable ? "?" : "");
    }

    /// <summary>The name of a definition with its type parameters: <c>Outer.Inner&lt;T&gt;</c>.</summary>
    public static string OfDefinition(Type type, Func<Type, string> parameter)
    {
        Type[] parameters = type.GetGenericArguments();
        int inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        string outer = type.DeclaringType is { } declaring ? OfDefinition(declaring, own => own.Name) + "." : "";
        return outer + Simple(type) + List(parameters.Skip(inherited).Select(parameter));
    }

    private static string Bare(Type type, string? home, Nullability nullability)
    {
        if (type.IsArray)
            return $"{Of(type.GetElementType()!, home, nullability)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsGenericParameter)
            return type.Name;
        if (Keywords.TryGetValue(type, out string? keyword))
            return keyword;

        string[] arguments = [.. type.GetGenericArguments().Select(argument => Of(argument, home, nullability))];
        if (type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true)
            return $"({string.Join(", ", arguments)})";

        string space = type.Namespace == home || Imported.Contains(type.Namespace) ? "" : type.Namespace + ".";
        return space + Nested(type, arguments);
    }

    private static string Nested(Type type, ReadOnlySpan<string> arguments)
    {
        int inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        string outer = type.DeclaringType is { } declaring ? Nested(declaring, arguments[..inherited]) + "." : "";
        return outer + Simple(type) + List(arguments[inherited..].ToArray());
    }

    private static string Simple(Type type) => type.Name.Split('`')[0];

    private static string List(IEnumerable<string> names)
    {
        string list = string.Join(", ", names);
        return list.Length > 0 ? $"<{list}>" : "";
    }
}
