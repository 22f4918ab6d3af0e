using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Mesh;

/// <summary>The serializer options of one host: those it was given, or the defaults, which need reflection.</summary>
internal sealed class HostJson(JsonSerializerOptions? given)
{
    private static JsonSerializerOptions? _reflective;

    /// <summary>The options that the host was given, with what Mesh needs added; null when it was given none.</summary>
    public JsonSerializerOptions? Given { get; } = given is null ? null : MeshJson.Prepare(given);

    /// <summary>The defaults: one object, whoever asks for it first, since values go by reference only between those of the same options.</summary>
    public static JsonSerializerOptions Reflective
    {
        [RequiresUnreferencedCode(Tool.ReflectionMessage)]
        [RequiresDynamicCode(Tool.ReflectionMessage)]
        get => _reflective ?? Interlocked.CompareExchange(ref _reflective, MeshJson.CreateDefault(), null) ?? _reflective;
    }

    /// <summary>The options for values of callers.</summary>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public JsonSerializerOptions ForCallers() => Given ?? Reflective;
}
