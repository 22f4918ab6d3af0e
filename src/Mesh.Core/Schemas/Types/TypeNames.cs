using System.Text;

namespace Mesh;

/// <summary>Names of types, for messages and for <c>$defs</c>.</summary>
internal static class TypeNames
{
    /// <summary>The name as C# writes it, with namespace: <c>System.Func&lt;System.Int32&gt;</c>.</summary>
    public static string Display(Type type)
    {
        if (type.IsByRef)
            return "ref " + Display(type.GetElementType()!);
        if (type.HasElementType)
            return Display(type.GetElementType()!) + (type.IsPointer ? "*" : "[]");
        string name = type.FullName ?? type.Name;
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        if (tick >= 0)
            name = name[..tick];
        name = name.Replace('+', '.');
        return type.IsGenericType
            ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Display))}>"
            : name;
    }

    /// <summary>The name as a key of <c>$defs</c>: <c>TreeOfInt32</c>.</summary>
    public static string Definition(Type type)
    {
        if (type.IsArray)
            return "ArrayOf" + Definition(type.GetElementType()!);
        StringBuilder name = new();
        foreach (char c in type.Name.TakeWhile(c => c != '`'))
            name.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        if (type.IsGenericType)
            name.Append("Of").AppendJoin("And", type.GetGenericArguments().Select(Definition));
        return name.ToString();
    }
}
