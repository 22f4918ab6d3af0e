using System.Reflection;

namespace Mesh.Architecture.Tests.Types;

public sealed class TypeRuleTests
{
    /// <summary>Subclassing is the feature of these alone.</summary>
    private static readonly HashSet<string> Subclassable =
    [
        "Mesh.Tool", "Mesh.MeshException", "Mesh.Agent", "Mesh.SingleRoomAgent", "Mesh.QueueWorker", "Mesh.QueueWorker`1", "Mesh.TaskRunner", "Mesh.TaskRunner`2",
        "Mesh.Agents.LlmTaskRunner", "Mesh.Agents.DynamicLlmTaskRunner", "Mesh.Agents.LlmQueueWorker", "Mesh.Agents.ChatBot",
    ];

    /// <summary>Assemblies whose namespace is not their name.</summary>
    private static readonly Dictionary<string, string> Namespaces = new() { ["Mesh.Core"] = "Mesh" };

    /// <summary>Where users look for extension methods by custom.</summary>
    private static readonly Dictionary<string, string[]> ExtendedNamespaces = new()
    {
        ["Mesh.Hosting"] = ["Microsoft.Extensions.DependencyInjection"],
        ["Mesh.AspNetCore"] = ["Microsoft.Extensions.DependencyInjection"],
        ["Mesh.Mcp.AspNetCore"] = ["Microsoft.AspNetCore.Builder"],
    };

    private static readonly Type[] Examples = typeof(OpenClass).Assembly.GetTypes();

    [Theory]
    [MemberData(nameof(Repository.SourceProjectNames), MemberType = typeof(Repository))]
    public void Public_classes_are_sealed_unless_listed(string project) =>
        Violations.None(
            TypeRules.Open(TypesOf(project), Subclassable),
            "Seal the class, or list it here if users are meant to derive from it.");

    [Theory]
    [MemberData(nameof(Repository.SourceProjectNames), MemberType = typeof(Repository))]
    public void Public_types_share_one_namespace(string project) =>
        Violations.None(
            TypeRules.Astray(
                TypesOf(project),
                Namespaces.GetValueOrDefault(project, project),
                ExtendedNamespaces.GetValueOrDefault(project, [])),
            "Folders organise; they do not make namespaces.");

    [Theory]
    [MemberData(nameof(Repository.SourceProjectNames), MemberType = typeof(Repository))]
    public void No_method_is_async_void(string project) =>
        Violations.None(TypeRules.AsyncVoid(TypesOf(project)), "Return a task and let an owner await it.");

    [Theory]
    [MemberData(nameof(Repository.SourceProjectNames), MemberType = typeof(Repository))]
    public void Nothing_compiled_suppresses_an_analysis(string project) =>
        Violations.None(
            TypeRules.Suppressed(Repository.SourceProject(project).Assembly, TypesOf(project)),
            "Mark the member with the Requires… attribute, or write it so that the analysis is content.");

    [Theory]
    [MemberData(nameof(Repository.SourceProjectNames), MemberType = typeof(Repository))]
    public void Only_its_own_tests_see_the_internals_of_an_assembly(string project) =>
        Violations.None(
            TypeRules.Friends(Repository.SourceProject(project).Assembly),
            "Make public what another project needs.");

    [Fact]
    public void Every_project_has_types_to_look_at() =>
        Assert.All(Repository.SourceProjects, project => Assert.NotEmpty(project.Assembly.GetExportedTypes()));

    [Fact]
    public void Open_public_classes_are_found()
    {
        string[] found = [.. TypeRules.Open(Examples, Subclassable)];

        Assert.Contains(Found<OpenClass>(), found);
        Assert.Contains(Found<OpenUnion>(), found);
        Assert.Contains(Found<UnionWithAnOpenCase>(), found);
        Assert.Contains(Found<UnionWithAnOpenCase.Open>(), found);
        Assert.DoesNotContain(Found<ClosedUnion>(), found);
        Assert.DoesNotContain(Found<ClosedUnion.Leaf>(), found);
        Assert.DoesNotContain(found, violation => violation.Contains(nameof(InternalClass), StringComparison.Ordinal));
        Assert.DoesNotContain(found, violation => violation.Contains(nameof(StaticClass), StringComparison.Ordinal));

        static string Found<T>() => $"{typeof(T).FullName} is public and not sealed";
    }

    [Fact]
    public void A_listed_class_may_be_open() =>
        Assert.DoesNotContain(
            TypeRules.Open(Examples, new HashSet<string> { typeof(OpenClass).FullName! }),
            violation => violation.Contains(nameof(OpenClass), StringComparison.Ordinal));

    [Fact]
    public void A_public_type_in_a_second_namespace_is_found()
    {
        Assert.NotEmpty(TypeRules.Astray([typeof(OpenClass)], "Mesh"));
        Assert.Empty(TypeRules.Astray([typeof(OpenClass)], typeof(OpenClass).Namespace!));
        Assert.Empty(TypeRules.Astray([typeof(InternalClass)], "Mesh"));
    }

    [Fact]
    public void Only_static_classes_may_be_in_an_extended_namespace()
    {
        string here = typeof(OpenClass).Namespace!;

        Assert.Empty(TypeRules.Astray([typeof(StaticClass)], "Mesh", here));
        Assert.NotEmpty(TypeRules.Astray([typeof(OpenClass)], "Mesh", here));
        Assert.NotEmpty(TypeRules.Astray([typeof(StaticClass)], "Mesh"));
    }

    [Fact]
    public void Async_void_is_found_in_methods_and_lambdas()
    {
        string[] found = [.. TypeRules.AsyncVoid(Examples)];

        Assert.Contains(found, violation => violation.Contains(nameof(AsyncVoids.Forgotten), StringComparison.Ordinal));
        Assert.Contains(found, violation => violation.Contains($"<{nameof(AsyncVoids.InALambda)}>", StringComparison.Ordinal));
        Assert.DoesNotContain(found, violation => violation.Contains(nameof(AsyncVoids.Awaited), StringComparison.Ordinal));
    }

    [Fact]
    public void A_suppressed_message_is_found() =>
        Assert.Contains(
            TypeRules.Suppressed(typeof(AsyncVoids).Assembly, Examples),
            violation => violation.Contains(nameof(AsyncVoids.Silenced), StringComparison.Ordinal));

    [Fact]
    public void A_strange_friend_is_found() =>
        Assert.Single(TypeRules.Friends(typeof(TypeRuleTests).Assembly));

    private static Type[] TypesOf(string project) => Repository.SourceProject(project).Assembly.GetTypes();
}
