using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// Lets an agent that runs in the background run only while a key of the room's state has a value, or a certain one. Its participant
/// needs the right to read the key (<see cref="Grants.State"/>). Immutable.
/// </summary>
/// <remarks>
/// The agent is in the catalogue all the time. Nothing is polled: the gate follows a watch of the key, so that of changes which
/// come faster than the function begins and ends the last one counts. Each opening is a run of its own: a function that has
/// returned is run again when the gate has closed and opened.
/// </remarks>
/// <example><code>
/// Agent.CreateWatcher("lamp", KeepAlight, new() { Gate = AgentGate.WhileEqual("lamp.mode", "on") });
/// </code></example>
public sealed class AgentGate
{
    private readonly JsonElement? _value;

    private AgentGate(string key, JsonElement? value)
    {
        StateKeys.Check(key, "a gate");
        (Key, _value) = (key, value);
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value that the key must have; null for any.</summary>
    public JsonElement? Value => _value;

    /// <summary>Open while the key is there, whatever its value.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="MeshException">The key is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static AgentGate WhileExists(string key) => new(key, null);

    /// <summary>Open while the key has a value, by what JSON means: numbers by their value, objects without order.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which is copied; a JSON null too is one.</param>
    /// <exception cref="ArgumentException">The value has no JSON.</exception>
    /// <exception cref="MeshException">The key is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static AgentGate WhileEqual(string key, JsonElement value) => value.ValueKind == JsonValueKind.Undefined
        ? throw new ArgumentException("The value has no JSON; a JSON null is a value.", nameof(value))
        : new(key, value.Clone());

    /// <inheritdoc cref="WhileEqual(string, JsonElement)"/>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="type">How to write the value; safe for trimming and native code.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    public static AgentGate WhileEqual<T>(string key, T value, JsonTypeInfo<T> type) => WhileEqual(key, JsonSerializer.SerializeToElement(value, type));

    /// <inheritdoc cref="WhileEqual(string, JsonElement)"/>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, written as a host writes it that was given no serializer options.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public static AgentGate WhileEqual<T>(string key, T value) => WhileEqual(key, value, (JsonTypeInfo<T>)HostJson.Reflective.GetTypeInfo(typeof(T)));

    /// <summary>What it asks for.</summary>
    public override string ToString() => _value is { } value ? $"{Key} = {value.GetRawText()}" : $"{Key} exists";

    /// <summary>The gate of an attribute, whose arguments are constants; null for none.</summary>
    internal static AgentGate? OfAttribute(string agent, string? key, object? value)
    {
        if (key is null)
        {
            return value is null ? null : throw Invalid($"Agent '{agent}': GateValue '{value}' has no GateKey.", "Set GateKey too.");
        }

        JsonValue? json = value switch
        {
            null => null,
            string text => JsonValue.Create(text),
            bool truth => JsonValue.Create(truth),
            sbyte or byte or short or ushort or int or uint or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            ulong number => JsonValue.Create(number),
            float number when float.IsFinite(number) => JsonValue.Create(number),
            double number when double.IsFinite(number) => JsonValue.Create(number),
            _ => throw Invalid($"Agent '{agent}': GateValue '{value}' is neither a string nor a finite number nor a bool.", "Use such a constant, or register the agent with AgentOptions.Gate."),
        };
        return json is null ? WhileExists(key) : WhileEqual(key, JsonElement.Parse(json.ToJsonString()));
    }

    /// <summary>Whether it is open while the key has this value.</summary>
    internal bool Accepts(JsonPayload value) => _value is not { } wanted || JsonElement.DeepEquals(wanted, value.ToElement());

    private static MeshException Invalid(string message, string remedy) => new(new MeshError(MeshErrorCode.InvalidDefinition, message) { Remedy = remedy });
}
