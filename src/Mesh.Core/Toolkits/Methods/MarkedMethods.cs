using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Mesh;

/// <summary>The methods of a class that an attribute marks as tools or as agents.</summary>
internal static class MarkedMethods
{
    public const DynamicallyAccessedMemberTypes Looked =
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;

    /// <summary>The marked methods, those that the class inherits too, in the order of their declaration.</summary>
    public static IEnumerable<(MethodInfo Method, TMark Mark)> Of<[DynamicallyAccessedMembers(Looked)] T, TMark>()
        where TMark : Attribute =>
        typeof(T)
            .GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy)
            .Select(method => (method, mark: method.GetCustomAttribute<TMark>()!))
            .Where(each => each.mark is not null)
            .OrderBy(each => each.method.MetadataToken);

    /// <summary>The name of what a method is, where its mark gives none.</summary>
    public static string NameOf(MethodInfo method)
    {
        string name = method.Name.EndsWith("Async", StringComparison.Ordinal) && method.Name.Length > 5 ? method.Name[..^5] : method.Name;
        return JsonNamingPolicy.CamelCase.ConvertName(name);
    }
}
