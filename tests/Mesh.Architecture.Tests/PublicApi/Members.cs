using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mesh.Architecture.Tests.PublicApi;

/// <summary>Writes the members of a type that its users can reach, one line each.</summary>
internal static class Members
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Fields, constructors, properties, events, methods; each kind in order of the names.</summary>
    public static IEnumerable<string> Of(Type type) =>
    [
        .. Lines(type.GetFields(Declared).Where(field => IsReachable(field.Attributes) && !field.IsSpecialName), Field),
        .. Lines(type.GetConstructors(Declared).Where(constructor => IsReachable(constructor) && !IsCompilerMade(constructor)), Constructor),
        .. Lines(type.GetProperties(Declared).Where(property => property.GetAccessors(true).Any(IsReachable) && !IsCompilerMade(property)), Property),
        .. Lines(type.GetEvents(Declared).Where(raised => IsReachable(raised.AddMethod!)), Event),
        .. Lines(
            type.GetMethods(Declared).Where(method => IsReachable(method) && !IsAccessor(type, method) && !IsMadeForRecords(type, method)),
            Method),
    ];

    public static string Returned(MethodInfo method, string? home)
    {
        ParameterInfo returned = method.ReturnParameter;
        string reference = !returned.ParameterType.IsByRef ? "" : Has(returned, nameof(IsReadOnlyAttribute)) ? "ref readonly " : "ref ";
        return reference + TypeNames.Of(returned.ParameterType, home, Nullability.Of(returned.GetCustomAttributesData(), method));
    }

    public static string Parameters(MethodBase method, string? home) =>
        string.Join(", ", method.GetParameters().Select(parameter => Parameter(parameter, home)));

    public static bool IsCompilerMade(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), false);

    private static string Field(FieldInfo field)
    {
        string? home = field.DeclaringType!.Namespace;
        string modifiers = field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
        string value = field.IsLiteral ? " = " + Literals.Of(field.GetRawConstantValue(), home) : "";
        return Prefix(field) + Visibility(IsPublic(field.Attributes)) + Required(field) + modifiers
            + TypeNames.Of(field.FieldType, home, Nullability.Of(field.GetCustomAttributesData(), field.DeclaringType))
            + $" {field.Name}{value}";
    }

    private static string Constructor(ConstructorInfo constructor) =>
        Prefix(constructor) + Visibility(constructor.IsPublic)
        + $"{constructor.DeclaringType!.Name.Split('`')[0]}({Parameters(constructor, constructor.DeclaringType.Namespace)})";

    private static string Property(PropertyInfo property)
    {
        string? home = property.DeclaringType!.Namespace;
        MethodInfo accessor = property.GetAccessors(true).First(IsReachable);
        bool isPublic = property.GetAccessors(true).Any(method => method.IsPublic);
        string type = TypeNames.Of(property.PropertyType, home, Nullability.Of(property.GetCustomAttributesData(), property.DeclaringType));
        string name = property.GetIndexParameters().Length == 0
            ? property.Name
            : $"this[{string.Join(", ", accessor.GetParameters().Take(property.GetIndexParameters().Length).Select(index => Parameter(index, home)))}]";
        string accessors = Accessor(property.GetMethod, "get", isPublic)
            + Accessor(property.SetMethod, IsInit(property.SetMethod) ? "init" : "set", isPublic);
        string reference = property.PropertyType.IsByRef ? "ref " : "";
        return Prefix(property) + Visibility(isPublic) + Required(property) + Modifiers(accessor)
            + $"{reference}{type} {name} {{ {accessors}}}";
    }

    private static string Accessor(MethodInfo? accessor, string name, bool ofPublic) =>
        accessor is null || !IsReachable(accessor) ? "" : $"{(ofPublic ? Visibility(accessor.IsPublic) : "")}{Prefix(accessor)}{name}; ";

    private static string Event(EventInfo raised) =>
        Prefix(raised) + Visibility(raised.AddMethod!.IsPublic) + Modifiers(raised.AddMethod) + "event "
        + TypeNames.Of(raised.EventHandlerType!, raised.DeclaringType!.Namespace, Nullability.Of(raised.GetCustomAttributesData(), raised.DeclaringType))
        + $" {raised.Name}";

    private static string Method(MethodInfo method)
    {
        string? home = method.DeclaringType!.Namespace;
        Type[] generics = method.GetGenericArguments();
        string parameters = generics.Length == 0 ? "" : $"<{string.Join(", ", generics.Select(Declarations.Parameter))}>";
        string returned = string.Concat(Attributes.Of(method.ReturnParameter.GetCustomAttributesData())
            .Select(attribute => $"[return: {attribute[1..]} "));
        string extended = method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : "";
        return Prefix(method) + returned + Visibility(method.IsPublic) + Modifiers(method)
            + $"{Returned(method, home)} {method.Name}{parameters}({extended}{Parameters(method, home)})"
            + Declarations.Constraints(generics, home);
    }

    private static string Parameter(ParameterInfo parameter, string? home)
    {
        string attributes = string.Concat(Attributes.Of(parameter.GetCustomAttributesData()).Select(attribute => attribute + " "));
        string passing = parameter switch
        {
            { ParameterType.IsByRef: true, IsOut: true } => "out ",
            { ParameterType.IsByRef: true } when Has(parameter, "RequiresLocationAttribute") => "ref readonly ",
            { ParameterType.IsByRef: true } when Has(parameter, nameof(IsReadOnlyAttribute)) => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when Has(parameter, nameof(ParamArrayAttribute)) || Has(parameter, "ParamCollectionAttribute") => "params ",
            _ => "",
        };
        string type = TypeNames.Of(
            parameter.ParameterType, home, Nullability.Of(parameter.GetCustomAttributesData(), parameter.Member));
        return $"{attributes}{passing}{type} {parameter.Name}{Default(parameter, home)}";
    }

    private static string Default(ParameterInfo parameter, string? home)
    {
        if (!parameter.HasDefaultValue)
            return "";

        object? value = parameter.RawDefaultValue;
        Type type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (value is null)
            return parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? " = default" : " = null";

        return " = " + Literals.Of(type.IsEnum ? Enum.ToObject(type, value) : value, home);
    }

    private static string Modifiers(MethodInfo method)
    {
        string isStatic = method.IsStatic ? "static " : "";
        if (method.IsAbstract)
            return isStatic + (method.DeclaringType!.IsInterface && !method.IsStatic ? "" : "abstract ");
        if (!method.IsVirtual)
            return isStatic;
        if (method.GetBaseDefinition() != method)
            return method.IsFinal ? "sealed override " : "override ";

        return isStatic + (method.IsFinal ? "" : "virtual ");
    }

    private static string Prefix(MemberInfo member) =>
        string.Concat(Attributes.Of(member.GetCustomAttributesData()).Select(attribute => attribute + " "));

    private static string Required(MemberInfo member) =>
        member.IsDefined(typeof(RequiredMemberAttribute), false) ? "required " : "";

    private static string Visibility(bool isPublic) => isPublic ? "" : "protected ";

    private static bool IsReachable(MethodBase method) =>
        method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed);

    private static bool IsReachable(FieldAttributes field) =>
        (field & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static bool IsPublic(FieldAttributes field) => (field & FieldAttributes.FieldAccessMask) == FieldAttributes.Public;

    private static bool IsAccessor(Type type, MethodInfo method) =>
        method.IsSpecialName
        && (type.GetProperties(Declared).Any(property => property.GetAccessors(true).Contains(method))
            || type.GetEvents(Declared).Any(raised => raised.AddMethod == method || raised.RemoveMethod == method));

    /// <summary>Equality, printing, deconstruction and copying are said by the word record.</summary>
    private static bool IsMadeForRecords(Type type, MethodInfo method) =>
        Declarations.IsRecord(type) && (IsCompilerMade(method) || method.Name == "<Clone>$");

    private static bool IsInit(MethodInfo? setter) =>
        setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;

    private static bool Has(ParameterInfo parameter, string attribute) =>
        parameter.GetCustomAttributesData().Any(data => data.AttributeType.Name == attribute);

    private static IEnumerable<string> Lines<T>(IEnumerable<T> members, Func<T, string> write)
        where T : MemberInfo =>
        members.Select(member => (member.Name, Line: write(member)))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .ThenBy(entry => entry.Line, StringComparer.Ordinal)
            .Select(entry => entry.Line);
}
