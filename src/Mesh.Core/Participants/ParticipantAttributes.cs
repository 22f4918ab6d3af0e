using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Mesh;

/// <summary>What a participant says of itself, with memory of its own and of bounded size: every event about it carries all of it.</summary>
internal static class ParticipantAttributes
{
    /// <summary>The bytes of all names and values, as UTF-8 JSON.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>Attributes as they are given at joining.</summary>
    /// <exception cref="MeshException">They are too large (<see cref="MeshErrorCode.TooLarge"/>).</exception>
    public static IReadOnlyDictionary<string, JsonElement> Own(IReadOnlyDictionary<string, JsonElement> given) => given.Count == 0
        ? Participants.NoAttributes
        : Bounded(given.ToDictionary(each => each.Key, each => each.Value.Clone(), StringComparer.Ordinal));

    /// <summary>Attributes with changes merged into them; a null removes one.</summary>
    /// <exception cref="MeshException">They would become too large (<see cref="MeshErrorCode.TooLarge"/>).</exception>
    public static IReadOnlyDictionary<string, JsonElement> Merge(IReadOnlyDictionary<string, JsonElement> old, IReadOnlyDictionary<string, JsonElement?> changes)
    {
        var attributes = new Dictionary<string, JsonElement>(old, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            if (value is { ValueKind: not JsonValueKind.Null } element)
            {
                attributes[name] = element.Clone();
            }
            else
            {
                attributes.Remove(name);
            }
        }

        return Bounded(attributes);
    }

    private static Dictionary<string, JsonElement> Bounded(Dictionary<string, JsonElement> attributes)
    {
        long bytes = attributes.Sum(each => (long)Encoding.UTF8.GetByteCount(each.Key) + JsonMarshal.GetRawUtf8Value(each.Value).Length);
        return bytes <= MaxBytes ? attributes : throw new MeshException(new MeshError(
            MeshErrorCode.TooLarge,
            string.Create(CultureInfo.InvariantCulture, $"The attributes of a participant have {bytes} bytes, more than the {MaxBytes} that they may have together."))
        {
            Remedy = "Remove some, or keep large values where others can ask for them.",
        });
    }
}
