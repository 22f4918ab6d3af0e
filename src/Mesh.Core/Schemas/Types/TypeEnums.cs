using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>Enumerations, by the values that the serializer writes for their members.</summary>
internal static class TypeEnums
{
    public static TypeShape Read(JsonTypeInfo info, string path)
    {
        List<JsonElement> values = [];
        HashSet<string> seen = [];
        foreach (object number in Enum.GetValuesAsUnderlyingType(info.Type))
        {
            JsonElement value = JsonSerializer.SerializeToElement(Enum.ToObject(info.Type, number), info);
            if (seen.Add(value.GetRawText()))
                values.Add(value);
        }
        if (values.Count == 0)
            throw TypeRefusals.Refuse(info.Type, path, "it has no members", "Give the enum members.");
        // A combination is written as "a, b" or as a sum: a list of the members would deny both.
        return info.Type.IsDefined(typeof(FlagsAttribute), inherit: false)
            ? throw TypeRefusals.Refuse(info.Type, path, "combined flags have no form that a list of names describes", "Use a list of a plain enum, an integer, or [JsonSchema].")
            : new EnumShape(info.Type, values);
    }

    /// <summary>The names of a dictionary with such keys: the members as the serializer writes them for property names.</summary>
    public static TypeShape? ReadKey(JsonTypeInfo info, string path) =>
        Read(info, path) is EnumShape { Values: [{ ValueKind: JsonValueKind.String }, ..] } names ? names : null;
}
