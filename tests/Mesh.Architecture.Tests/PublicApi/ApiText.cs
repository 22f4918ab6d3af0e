using System.Reflection;
using System.Text;

namespace Mesh.Architecture.Tests.PublicApi;

/// <summary>
/// The public API of an assembly as text that reads like C# and always comes out the same: a block per type, members
/// in order, no bodies. What the compiler makes for every record is left out.
/// </summary>
internal static class ApiText
{
    public static string Of(Assembly assembly) =>
        string.Join("\n", assembly.GetTypes()
            .Where(type => type.IsVisible && !type.Name.StartsWith('<'))
            .Select(type => (Name: TypeNames.OfDefinition(type, parameter => parameter.Name), Type: type))
            .OrderBy(entry => entry.Type.Namespace, StringComparer.Ordinal)
            .ThenBy(entry => entry.Name, StringComparer.Ordinal)
            .Select(entry => Of(entry.Type)));

    /// <summary>The block of one type, ending in a line break.</summary>
    public static string Of(Type type)
    {
        var block = new StringBuilder();
        foreach (string attribute in Attributes.Of(type.GetCustomAttributesData()))
            block.Append(attribute).Append('\n');

        block.Append(Declarations.Of(type)).Append('\n');
        if (!typeof(Delegate).IsAssignableFrom(type))
        {
            foreach (string member in type.IsEnum ? EnumMembers(type) : Members.Of(type))
                block.Append("    ").Append(member).Append('\n');
        }

        return block.ToString();
    }

    private static IEnumerable<string> EnumMembers(Type type) =>
        from field in type.GetFields(BindingFlags.Public | BindingFlags.Static)
        let value = field.GetRawConstantValue()
        orderby Convert.ToDecimal(value, null), field.Name
        select string.Join("", Attributes.Of(field.GetCustomAttributesData()).Select(attribute => attribute + " "))
            + $"{field.Name} = {Literals.Of(value, null)}";
}
