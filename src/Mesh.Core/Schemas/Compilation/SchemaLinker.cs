using System.Globalization;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// Joins references with their targets. They are queued and joined once a document is read, because they go forwards,
/// in circles, and into documents that are read only then.
/// </summary>
internal sealed class SchemaLinker(SchemaCompiler compiler)
{
    private readonly Queue<PendingReference> _pending = new();

    /// <summary>Queues a reference.</summary>
    public void Refer(PendingReference reference) => _pending.Enqueue(reference);

    /// <summary>Joins all that are queued, those included that come up meanwhile.</summary>
    public void JoinAll()
    {
        while (_pending.TryDequeue(out PendingReference? reference))
            Join(reference);
    }

    public void Clear() => _pending.Clear();

    private void Join(PendingReference reference)
    {
        SchemaPlace place = reference.Place;
        (SchemaResource resource, string fragment) = FindResource(reference);
        SchemaNode target = fragment.Length == 0 || fragment[0] == '/'
            ? FindByPointer(resource, fragment, reference)
            : resource.FindAnchor(fragment) ?? throw place.Error(reference.Keyword, $"there is no anchor '{ViolationList.Shorten(fragment)}'");
        if (reference.DynamicName(fragment) is { } name && resource.HasDynamicNodes && resource.DynamicNodes.GetValueOrDefault(name) == target)
        {
            reference.Complete(new DynamicReferenceRule(name, target));
            return;
        }

        bool enters = resource != place.Resource && resource.HasDynamicNodes && target.Resource is null;
        reference.Complete(new ReferenceRule(target, enters ? resource : null));
    }

    private (SchemaResource Resource, string Fragment) FindResource(PendingReference reference)
    {
        SchemaPlace place = reference.Place;
        string text = reference.Text;
        if (text.StartsWith('#'))
            return (place.Resource, Uri.UnescapeDataString(text[1..]));
        Uri uri = SchemaUris.Resolve(place.Resource.Uri, text, place.Location.Of(reference.Keyword));
        int hash = text.IndexOf('#', StringComparison.Ordinal);
        string fragment = hash < 0 ? "" : Uri.UnescapeDataString(text[(hash + 1)..]);
        string key = SchemaUris.Key(uri);
        return compiler.Documents.FindResource(key) is { } resource
            ? (resource, fragment)
            : throw place.Error(reference.Keyword, $"refers to '{ViolationList.Shorten(key)}', which is not registered; nothing is fetched");
    }

    private SchemaNode FindByPointer(SchemaResource resource, string pointer, PendingReference reference)
    {
        JsonElement element = resource.Root;
        SchemaLocation location = resource.Location;
        foreach (Range part in pointer.AsSpan().Split('/'))
        {
            if (part.Start.Value == 0)
                continue;
            string step = pointer[part].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            location = location.Of(step);
            bool found = element.ValueKind switch
            {
                JsonValueKind.Object => element.TryGetProperty(step, out element),
                JsonValueKind.Array => TryGetItem(ref element, step),
                _ => false,
            };
            if (!found)
                throw reference.Place.Error(reference.Keyword, $"there is nothing at '{ViolationList.Shorten(reference.Text)}'");
        }

        return compiler.FindOrBuild(element, resource, location, reference.Keyword);
    }

    private static bool TryGetItem(ref JsonElement element, string step)
    {
        if (!int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= element.GetArrayLength())
            return false;
        element = element[index];
        return true;
    }
}

/// <summary>A <c>$ref</c>, <c>$dynamicRef</c> or <c>$recursiveRef</c> that waits for its target.</summary>
internal sealed record PendingReference(SchemaPlace Place, string Keyword, string Text, Action<Rule> Complete)
{
    /// <summary>The name by which a resource further out may take the target's place; null for a reference that is not dynamic.</summary>
    /// <param name="fragment">What the reference names in its resource.</param>
    public string? DynamicName(string fragment) => Keyword switch
    {
        "$dynamicRef" => fragment,
        "$recursiveRef" => SchemaResource.RecursiveAnchor,
        _ => null,
    };
}
