using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Mesh;

public sealed partial class Toolkit
{
    private const DynamicallyAccessedMemberTypes Methods =
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;

    /// <summary>A toolkit of the methods of an object that are marked <see cref="ToolAttribute"/>.</summary>
    /// <param name="name">The toolkit's name.</param>
    /// <param name="instance">The object. Its methods are called from many threads at once; disposing it is up to its owner.</param>
    /// <typeparam name="T">The class whose methods are looked at, with those that it inherits.</typeparam>
    /// <exception cref="MeshException">No method is marked, two tools have the same name, or a method cannot be
    /// described.</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static Toolkit FromObject<[DynamicallyAccessedMembers(Methods)] T>(string name, T instance)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(instance);
        var methods = typeof(T)
            .GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy)
            .Select(method => (method, tool: method.GetCustomAttribute<ToolAttribute>()))
            .Where(each => each.tool is not null)
            .OrderBy(each => each.method.MetadataToken);
        return new Toolkit(name, methods.Select(each => FromMethod(each.method, each.tool!, instance)));
    }

    /// <summary>The same toolkit with the serializer options of a host, for tools that have none of their own.</summary>
    internal Toolkit BoundTo(JsonSerializerOptions hostOptions) =>
        new(Name, Tools.Select(tool => tool.BoundTo(hostOptions)))
        {
            Title = Title,
            Description = Description,
            Rules = Rules,
            ThumbnailUrl = ThumbnailUrl,
        };

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    private static Tool FromMethod(MethodInfo method, ToolAttribute tool, object instance) => Tool.FromMethod(
        tool.Name ?? NameOf(method),
        method,
        method.IsStatic ? null : instance,
        new ToolOptions
        {
            Title = tool.Title,
            Rules = tool.Rules,
            Annotations = new()
            {
                ReadOnly = tool.ReadOnly,
                Destructive = tool.Destructive,
                Idempotent = tool.Idempotent,
                OpenWorld = tool.OpenWorld,
            },
            RequiresApproval = tool.RequiresApproval,
            MaxJournalCapture = tool.MaxJournalCapture == JournalCapture.Full ? null : tool.MaxJournalCapture,
            RunOnThreadPool = tool.RunOnThreadPool,
        });

    private static string NameOf(MethodInfo method)
    {
        string name = method.Name.EndsWith("Async", StringComparison.Ordinal) && method.Name.Length > 5 ? method.Name[..^5] : method.Name;
        return JsonNamingPolicy.CamelCase.ConvertName(name);
    }
}
