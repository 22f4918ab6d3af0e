using System.Text.Json;

namespace Mesh;

/// <summary>Which keywords mean something in a resource: what its <c>$schema</c> says, or what its forms give away.</summary>
internal sealed record SchemaDialect
{
    private const string Vocabularies = "https://json-schema.org/draft/2020-12/vocab/";

    public static SchemaDialect Standard { get; } = new();

    /// <summary>Recognised by form: the older keywords mean something too.</summary>
    public static SchemaDialect Older { get; } = new() { HasOlderForms = true };

    /// <summary>Declared as an older draft.</summary>
    public static SchemaDialect Draft7 { get; } = new() { HasOlderForms = true, ReferenceStandsAlone = true };

    /// <summary><c>items</c> with an array, <c>additionalItems</c>, <c>dependencies</c>, <c>$id</c> with a fragment.</summary>
    public bool HasOlderForms { get; init; }

    /// <summary>In draft-07 and before, what stands beside <c>$ref</c> is ignored.</summary>
    public bool ReferenceStandsAlone { get; init; }

    public bool Applicators { get; init; } = true;

    public bool Validation { get; init; } = true;

    public bool Unevaluated { get; init; } = true;

    public bool AssertsFormats { get; init; }

    /// <param name="uri">The value of <c>$schema</c>.</param>
    /// <param name="documents">Looks up a registered document.</param>
    /// <exception cref="SchemaException">The dialect is not known, or demands a vocabulary that is not.</exception>
    public static SchemaDialect Of(string uri, Func<string, JsonElement?> documents)
    {
        string name = uri.TrimEnd('#');
        switch (name)
        {
            case "https://json-schema.org/draft/2020-12/schema" or "http://json-schema.org/draft/2020-12/schema":
                return Standard;
            case "http://json-schema.org/draft-07/schema" or "https://json-schema.org/draft-07/schema"
                or "http://json-schema.org/draft-06/schema" or "https://json-schema.org/draft-06/schema":
                return Draft7;
            case "https://json-schema.org/draft/2019-09/schema" or "http://json-schema.org/draft/2019-09/schema":
                return Older;
        }

        JsonElement meta = documents(name) ?? throw new SchemaException("names a dialect that is not known: register its meta-schema");
        return meta.ValueKind == JsonValueKind.Object && meta.TryGetProperty("$vocabulary", out JsonElement vocabulary)
            ? OfVocabularies(vocabulary)
            : Standard;
    }

    private static SchemaDialect OfVocabularies(JsonElement vocabulary)
    {
        if (vocabulary.ValueKind != JsonValueKind.Object)
            throw new SchemaException("names a meta-schema whose $vocabulary is not an object");
        SchemaDialect dialect = new() { Applicators = false, Validation = false, Unevaluated = false };
        foreach (JsonProperty entry in vocabulary.EnumerateObject())
        {
            string name = entry.Name.StartsWith(Vocabularies, StringComparison.Ordinal) ? entry.Name[Vocabularies.Length..] : "";
            switch (name)
            {
                case "applicator":
                    dialect = dialect with { Applicators = true };
                    break;
                case "validation":
                    dialect = dialect with { Validation = true };
                    break;
                case "unevaluated":
                    dialect = dialect with { Unevaluated = true };
                    break;
                case "format-assertion":
                    dialect = dialect with { AssertsFormats = true };
                    break;
                case "core" or "format-annotation" or "content" or "meta-data":
                    break;
                default:
                    if (entry.Value.ValueKind == JsonValueKind.True)
                        throw new SchemaException($"demands the vocabulary '{entry.Name}', which is not known");
                    break;
            }
        }

        return dialect;
    }
}
