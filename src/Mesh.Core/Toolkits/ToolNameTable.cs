using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Mesh;

/// <summary>
/// The names that tools and agents have where neither slash nor dot may stand in one, as with language models and in the
/// Model Context Protocol: <c>weather/forecast</c> is <c>weather_forecast</c>, the agent <c>nlp.summarizer</c> is
/// <c>nlp_summarizer</c>. The way back is found in the table, never read from the name. Not thread-safe while names are
/// added.
/// </summary>
public sealed class ToolNameTable
{
    /// <summary>The longest name: 64 characters.</summary>
    public const int MaxLength = 64;

    private static readonly SearchValues<char> Kept = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    private readonly Dictionary<string, ToolAddress> _addresses = new(StringComparer.Ordinal);

    /// <summary>Adds a tool or an agent.</summary>
    /// <param name="address">Its address.</param>
    /// <returns>The name that it has outside. Adding it again gives the same.</returns>
    /// <exception cref="MeshException">Another one has that name already (<see cref="MeshErrorCode.NameTaken"/>; the message
    /// names both), or it would be longer than 64 characters (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public string Add(ToolAddress address)
    {
        string name = NameOf(address);
        if (_addresses.TryGetValue(name, out var known) && known != address)
        {
            throw new MeshException(new MeshError(MeshErrorCode.NameTaken, $"{address.Label} and {known.Label} would both be named '{name}' outside.")
            {
                Remedy = "Give one of them a name that differs in more than its punctuation.",
            });
        }

        _addresses[name] = address;
        return name;
    }

    /// <summary>Finds what has a name outside.</summary>
    /// <param name="name">The name.</param>
    /// <param name="address">What has it.</param>
    /// <returns>Whether there is any.</returns>
    public bool TryFind(string name, [MaybeNullWhen(false)] out ToolAddress address) => _addresses.TryGetValue(name, out address);

    /// <summary>The name that a tool or an agent has outside, if it is alone.</summary>
    /// <exception cref="MeshException">It would be longer than 64 characters (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    internal static string NameOf(ToolAddress address)
    {
        // Who serves it is a part of its name where that is given.
        string path = address.IsAgent ? address.Tool : address.Path;
        string text = address.Participant is null ? path : $"{path}_{address.Participant}";
        if (text.Length > MaxLength)
        {
            throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, $"{address.Label} would have a name of more than {MaxLength} characters outside.")
            {
                Remedy = "Give it a shorter name.",
            });
        }

        return string.Create(text.Length, text, static (name, text) =>
        {
            for (int i = 0; i < name.Length; i++)
            {
                name[i] = Kept.Contains(text[i]) ? text[i] : '_';
            }
        });
    }
}
