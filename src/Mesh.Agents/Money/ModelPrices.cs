using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Agents;

/// <summary>
/// The prices of models, as their user knows them: the library has none of its own. Immutable.
/// </summary>
/// <example><code>
/// var prices = ModelPrices.FromJson("""
///     { "small-model-*": { "input": 0.5, "output": 2, "cachedInput": 0.05 }, "large-model": { "input": 3, "output": 15 } }
///     """);
/// </code></example>
public sealed class ModelPrices
{
    private readonly Dictionary<string, ModelPrice> _exact = new(StringComparer.Ordinal);
    private readonly List<(string Prefix, ModelPrice Price)> _families = [];

    /// <summary>Prices by model.</summary>
    /// <param name="prices">The models, by the name that requests and answers give them, or <c>beginning*</c> for all whose name begins
    /// so: the exact name counts before a family, and a longer beginning before a shorter. <c>*</c> alone is the price of all others.</param>
    /// <exception cref="MeshException">A name is empty, or has a <c>*</c> elsewhere than at its end (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public ModelPrices(IEnumerable<KeyValuePair<string, ModelPrice>> prices)
    {
        ArgumentNullException.ThrowIfNull(prices);
        foreach (var (name, price) in prices)
        {
            int star = name.IndexOf('*', StringComparison.Ordinal);
            if (name.Length == 0 || (star >= 0 && star < name.Length - 1) || price is null)
            {
                throw Malformed($"The price of model '{name}' is malformed: a name, which may end in '*', and a price belong together.", null);
            }

            if (star < 0)
            {
                _exact[name] = price;
            }
            else
            {
                _families.Add((name[..star], price));
            }
        }

        _families.Sort(static (a, b) => b.Prefix.Length.CompareTo(a.Prefix.Length));
    }

    /// <summary>
    /// Prices from JSON: an object with a property for each model, named as in the constructor, whose value has <c>input</c> and
    /// <c>output</c> and may have <c>cachedInput</c> and <c>reasoning</c>, each for a million tokens.
    /// </summary>
    /// <param name="json">The text.</param>
    /// <exception cref="MeshException">It is malformed; the message says where (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static ModelPrices FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return new(JsonSerializer.Deserialize(json, ModelPricesJson.Default.DictionaryStringModelPrice)
                ?? throw Malformed("The prices of models are null, and must be a JSON object.", null));
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw Malformed($"The prices of models are malformed: {exception.Message}", exception);
        }
    }

    /// <summary>The price of a model; null where there is none. A budget of money cannot hold for such a one, so that an agent with
    /// prices refuses to ask it.</summary>
    /// <param name="model">Its name; null is a model of no name.</param>
    public ModelPrice? Find(string? model) => Match(model).Price;

    /// <summary>
    /// The price of an answer, by the model that gave it or the one that was asked: whichever is named more closely. The name of an answer is often longer, with a
    /// date, say, and <c>*</c> must not take the place of what was said about the model.
    /// </summary>
    internal ModelPrice? Find(string answered, string? asked)
    {
        var (byAnswer, byRequest) = (Match(answered), Match(asked));
        return byAnswer.Closeness >= byRequest.Closeness ? byAnswer.Price : byRequest.Price;
    }

    private (ModelPrice? Price, int Closeness) Match(string? model)
    {
        model ??= "";
        if (_exact.TryGetValue(model, out var price))
        {
            return (price, int.MaxValue);
        }

        foreach (var family in _families)
        {
            if (model.StartsWith(family.Prefix, StringComparison.Ordinal))
            {
                return (family.Price, family.Prefix.Length);
            }
        }

        return (null, -1);
    }

    private static MeshException Malformed(string message, Exception? inner) => new(
        new MeshError(MeshErrorCode.InvalidDefinition, message) { Remedy = "Give each model its price, such as \"model\": { \"input\": 1, \"output\": 5 }." },
        inner);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(Dictionary<string, ModelPrice>))]
internal sealed partial class ModelPricesJson : JsonSerializerContext;
