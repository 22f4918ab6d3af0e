using System.Globalization;

namespace Mesh.Architecture.Tests.PublicApi;

/// <summary>Writes constants and default values as C# does.</summary>
internal static class Literals
{
    public static string Of(object? value, string? home) => value switch
    {
        null => "null",
        string text => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)}\"",
        char character => $"'{character}'",
        bool flag => flag ? "true" : "false",
        Enum member => EnumMember(member, home),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string EnumMember(Enum member, string? home)
    {
        string type = TypeNames.Of(member.GetType(), home, Nullability.None);
        string names = member.ToString();
        return char.IsAsciiLetter(names[0])
            ? string.Join(" | ", names.Split(", ").Select(name => $"{type}.{name}"))
            : $"({type}){names}";
    }
}
