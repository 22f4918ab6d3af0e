using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>
/// A list of names that a grant allows. In a pattern <c>*</c> stands for any run of characters, also none. The empty
/// list allows nothing; what is unrestricted is spelled out as <c>["*"]</c>. Immutable, compared by content; its JSON
/// form is an array of patterns in ordinal order.
/// </summary>
[JsonConverter(typeof(AllowListJsonConverter))]
[JsonSchema("""{"type":"array","items":{"type":"string","minLength":1}}""")]
public sealed class AllowList : IEquatable<AllowList>
{
    private readonly string[] _patterns;

    /// <summary>A list of patterns; duplicates and order do not matter.</summary>
    /// <param name="patterns">Names or patterns, none of them empty.</param>
    public AllowList(params IEnumerable<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        _patterns = [.. patterns.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (_patterns.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("An allow-list must not hold an empty pattern; '*' allows everything.", nameof(patterns));
        }

        IsAll = Array.IndexOf(_patterns, "*") >= 0;
    }

    /// <summary>Allows everything: <c>["*"]</c>.</summary>
    public static AllowList All { get; } = new("*");

    /// <summary>Allows nothing: <c>[]</c>.</summary>
    public static AllowList None { get; } = new();

    /// <summary>Whether everything is allowed.</summary>
    public bool IsAll { get; }

    /// <summary>The patterns in ordinal order.</summary>
    public IReadOnlyList<string> Patterns => _patterns;

    /// <summary>Whether a name is allowed. Names are compared ordinally.</summary>
    /// <param name="name">The name.</param>
    public bool Allows(ReadOnlySpan<char> name)
    {
        if (IsAll)
        {
            return true;
        }

        foreach (string pattern in _patterns)
        {
            if (Matches(pattern, name))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public bool Equals(AllowList? other) => other is not null && _patterns.AsSpan().SequenceEqual(other._patterns);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AllowList);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (string pattern in _patterns)
        {
            hash.Add(pattern, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    /// <summary>The JSON form.</summary>
    public override string ToString() => $"[{string.Join(',', _patterns.Select(pattern => $"\"{pattern}\""))}]";

    /// <summary>
    /// Whether a pattern, in which <c>*</c> stands for any run of characters, covers a name. Greedy with one point of
    /// return, so its time is bounded by the product of the lengths whatever the pattern.
    /// </summary>
    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = n;
            }
            else if (p < pattern.Length && pattern[p] == name[n])
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }
}

/// <summary>Reads and writes an <see cref="AllowList"/> as an array of patterns.</summary>
internal sealed class AllowListJsonConverter : JsonConverter<AllowList>
{
    public override AllowList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("An allow-list is an array of patterns; [\"*\"] allows everything.");
        }

        var patterns = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            string? pattern = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            patterns.Add(string.IsNullOrEmpty(pattern) ? throw new JsonException("A pattern of an allow-list is a string that is not empty.") : pattern);
        }

        return new AllowList(patterns);
    }

    public override void Write(Utf8JsonWriter writer, AllowList value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (string pattern in value.Patterns)
        {
            writer.WriteStringValue(pattern);
        }

        writer.WriteEndArray();
    }
}
