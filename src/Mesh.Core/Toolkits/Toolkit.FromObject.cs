using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Mesh;

public sealed partial class Toolkit
{
    /// <summary>A toolkit of the methods of an object that are marked <see cref="ToolAttribute"/>.</summary>
    /// <param name="name">The toolkit's name.</param>
    /// <param name="instance">The object. Its methods are called from many threads at once; disposing it is up to its owner.</param>
    /// <typeparam name="T">The class whose methods are looked at, with those that it inherits.</typeparam>
    /// <exception cref="MeshException">No method is marked, two tools have the same name, or a method cannot be
    /// described.</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static Toolkit FromObject<[DynamicallyAccessedMembers(MarkedMethods.Looked)] T>(string name, T instance)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(instance);
        return new Toolkit(name, MarkedMethods.Of<T, ToolAttribute>().Select(each => FromMethod(each.Method, each.Mark, instance)));
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
        tool.Name ?? MarkedMethods.NameOf(method),
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
}
