using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mesh.Architecture.Tests.Types;

/// <summary>Rules about the types of an assembly. Each gives what breaks it.</summary>
internal static class TypeRules
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>
    /// Public classes that are open: neither sealed, nor static, nor one of a closed set of cases, nor named in
    /// <paramref name="subclassable"/>.
    /// </summary>
    public static IEnumerable<string> Open(IEnumerable<Type> types, IReadOnlySet<string> subclassable) =>
        from type in types
        where type is { IsClass: true, IsSealed: false } && type.IsVisible
            && !subclassable.Contains(type.FullName!) && !IsClosedUnion(type)
        select $"{type.FullName} is public and not sealed";

    /// <summary>Public types that are in another namespace than the one that users import.</summary>
    /// <param name="types">The types of one assembly.</param>
    /// <param name="home">The one namespace.</param>
    /// <param name="extended">Foreign namespaces where users look for extension methods; only static classes may be there.</param>
    public static IEnumerable<string> Astray(IEnumerable<Type> types, string home, params string[] extended) =>
        from type in types
        where type.IsVisible && type.Namespace != home
            && !(extended.Contains(type.Namespace) && type is { IsAbstract: true, IsSealed: true })
        select $"{type.FullName} is public and not in namespace {home}";

    /// <summary>Methods, lambdas and local functions that are <c>async void</c>.</summary>
    public static IEnumerable<string> AsyncVoid(IEnumerable<Type> types) =>
        from type in types
        from method in type.GetMethods(Declared)
        where method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute))
        select $"{type.FullName}.{method.Name} is async void";

    /// <summary>Warnings of the trimming and AOT analysis that somebody silenced.</summary>
    public static IEnumerable<string> Suppressed(Assembly assembly, IEnumerable<Type> types) =>
        from place in types.Concat<MemberInfo>(types.SelectMany(type => type.GetMembers(Declared)))
            .Cast<ICustomAttributeProvider>().Append(assembly).Append(assembly.ManifestModule)
        where place.IsDefined(typeof(UnconditionalSuppressMessageAttribute), false)
            || place.IsDefined(typeof(SuppressMessageAttribute), false)
        select $"{place} suppresses a message";

    /// <summary>Assemblies that see the internals of <paramref name="assembly"/> and are not its own tests.</summary>
    public static IEnumerable<string> Friends(Assembly assembly) =>
        from friend in assembly.GetCustomAttributes<InternalsVisibleToAttribute>()
        where friend.AssemblyName != assembly.GetName().Name + ".Tests"
        select $"{friend.AssemblyName} sees the internals of {assembly.GetName().Name}";

    /// <summary>
    /// An abstract class that only its own assembly can derive from, and whose cases are all sealed. A record's copy
    /// constructor is left aside: the language wants it protected, and a record cannot be made by it alone.
    /// </summary>
    private static bool IsClosedUnion(Type type)
    {
        Type[] cases = [.. type.Assembly.GetTypes().Where(candidate => BaseOf(candidate) == type)];
        return type.IsAbstract
            && cases.Length > 0
            && cases.All(candidate => candidate.IsSealed || IsClosedUnion(candidate))
            && type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
                .Where(constructor => !IsCopy(constructor, type))
                .All(constructor => constructor.IsPrivate || constructor.IsFamilyAndAssembly || constructor.IsAssembly);
    }

    /// <summary>The base as it is declared: a generic one as such, whatever it is made of.</summary>
    private static Type? BaseOf(Type type) => type.BaseType is { IsGenericType: true } made ? made.GetGenericTypeDefinition() : type.BaseType;

    private static bool IsCopy(ConstructorInfo constructor, Type type) =>
        type.GetMethod("<Clone>$") is not null
        && constructor.GetParameters() is [{ } only] && only.ParameterType == type;
}
