using Anthropic;
using Anthropic.Exceptions;
using Mesh;
using Mesh.Agents;
using Microsoft.Extensions.AI;

namespace Quickstart;

/// <summary>Which model the assistant thinks with.</summary>
internal static class Models
{
    private const string Remote = "claude-sonnet-4-5";

    private static bool HasKey => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("ANTHROPIC_API_KEY"));

    /// <summary>The real one where there is a key for it, which the client reads from the environment itself.</summary>
    public static IChatClient Pick() => HasKey ? new AnthropicClient().AsIChatClient(Remote) : new LocalModel();

    /// <summary>How an answer is made: what the provider of the real one refuses has a status, by which it is said whether to ask again.</summary>
    public static ToolLoopOptions Loop { get; } = new() { FailureOf = exception => exception is AnthropicApiException refused ? new(refused.StatusCode) : null };

    /// <summary>What a newcomer may do about a model that does not answer; nothing where the failure is another.</summary>
    public static string Remedy(MeshException failure) => HasKey && failure.Code == MeshErrorCode.Unavailable
        ? " Is there a network, and is ANTHROPIC_API_KEY right? Without the variable a stand-in answers."
        : "";

    public static string Describe() => HasKey
        ? $"{Remote}; what you say, and what it reads of the files, is sent to its provider."
        : "a stand-in for a model, which knows a few words and calls the real tools. Set ANTHROPIC_API_KEY for a real one.";
}
