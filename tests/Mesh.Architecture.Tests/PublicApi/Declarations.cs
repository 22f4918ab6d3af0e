using System.Reflection;

namespace Mesh.Architecture.Tests.PublicApi;

/// <summary>Writes the first line of a type, and the type parameters of types and methods.</summary>
internal static class Declarations
{
    public static string Of(Type type)
    {
        string? home = type.Namespace;
        string name = (home is null ? "" : home + ".") + TypeNames.OfDefinition(type, Parameter);
        string visibility = type.IsNestedFamily || type.IsNestedFamORAssem ? "protected" : "public";
        Type[] own = OwnParameters(type);
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!;
            return $"{visibility} delegate {Members.Returned(invoke, home)} {name}({Members.Parameters(invoke, home)}){Constraints(own, home)}";
        }

        return $"{visibility} {Kind(type)} {name}{Bases(type, home)}{Constraints(own, home)}";
    }

    /// <summary>A type parameter where it is declared, with its variance and attributes.</summary>
    public static string Parameter(Type parameter)
    {
        string variance = (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
        {
            GenericParameterAttributes.Covariant => "out ",
            GenericParameterAttributes.Contravariant => "in ",
            _ => "",
        };
        return string.Concat(Attributes.Of(parameter.GetCustomAttributesData()).Select(attribute => attribute + " "))
            + variance + parameter.Name;
    }

    public static string Constraints(IEnumerable<Type> parameters, string? home) =>
        string.Concat(
            from parameter in parameters
            let constraints = string.Join(", ", ConstraintsOf(parameter, home))
            where constraints.Length > 0
            select $" where {parameter.Name} : {constraints}");

    private static IEnumerable<string> ConstraintsOf(Type parameter, string? home)
    {
        GenericParameterAttributes flags = parameter.GenericParameterAttributes;
        byte nullability = Nullability.OfTypeParameter(parameter);
        Type[] types = [.. parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType))];
        bool isUnmanaged = parameter.GetCustomAttributesData().Any(attribute => attribute.AttributeType.Name == "IsUnmanagedAttribute");

        if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            yield return nullability == 2 ? "class?" : "class";
        else if (isUnmanaged)
            yield return "unmanaged";
        else if (flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            yield return "struct";
        else if (nullability == 1 && types.Length == 0)
            yield return "notnull";

        foreach (string type in types.Select(type => TypeNames.Of(type, home, Nullability.None)).Order(StringComparer.Ordinal))
            yield return type;

        if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint)
            && !flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            yield return "new()";
        }

        if (flags.HasFlag(GenericParameterAttributes.AllowByRefLike))
            yield return "allows ref struct";
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum)
            return "enum";
        if (type.IsInterface)
            return "interface";
        if (type.IsValueType)
        {
            bool isReadOnly = type.GetCustomAttributesData().Any(attribute => attribute.AttributeType.Name == "IsReadOnlyAttribute");
            return (isReadOnly ? "readonly " : "") + (type.IsByRefLike ? "ref " : "") + (IsRecord(type) ? "record struct" : "struct");
        }

        string modifier = (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static ",
            (true, false) => "abstract ",
            (false, true) => "sealed ",
            _ => "",
        };
        return modifier + (IsRecord(type) ? "record" : "class");
    }

    /// <summary>A record is recognised by what only the compiler can write.</summary>
    public static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$") is not null
        || (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is { } print
            && Members.IsCompilerMade(print));

    private static string Bases(Type type, string? home)
    {
        var bases = new List<string>();
        if (type.IsEnum)
        {
            Type underlying = Enum.GetUnderlyingType(type);
            return underlying == typeof(int) ? "" : " : " + TypeNames.Of(underlying, home, Nullability.None);
        }

        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            bases.Add(TypeNames.Of(parent, home, Nullability.Of(type.GetCustomAttributesData(), type)));

        Type[] all = type.GetInterfaces();
        IEnumerable<Type> inherited = all.SelectMany(face => face.GetInterfaces()).Concat(type.BaseType?.GetInterfaces() ?? []);
        bases.AddRange(all.Except(inherited)
            .Where(face => face.IsVisible && !(IsRecord(type) && IsEquatableOf(face, type)))
            .Select(face => TypeNames.Of(face, home, Nullability.None))
            .Order(StringComparer.Ordinal));
        return bases.Count > 0 ? " : " + string.Join(", ", bases) : "";
    }

    private static bool IsEquatableOf(Type face, Type type) =>
        face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IEquatable<>) && face.GetGenericArguments()[0] == type;

    private static Type[] OwnParameters(Type type) =>
        [.. type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0)];
}
