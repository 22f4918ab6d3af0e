using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Testing;

/// <summary>
/// One answer of a scripted model, and what it expects of the request for it. Immutable: each method gives another one, so
/// that turns may be kept and varied. What is added is streamed in that order, one update for each.
/// </summary>
/// <example><code>
/// ScriptedTurn.Calls("weather_forecast", """{"city":"Oslo"}""").WithUsage(120, 14)
/// ScriptedTurn.Says("It is ", "sunny.").ExpectingResult("sun").After(TimeSpan.FromSeconds(2))
/// </code></example>
public sealed class ScriptedTurn
{
    private readonly Step[] _steps;
    private readonly Expectation[] _expectations;

    private ScriptedTurn(Step[] steps, Expectation[] expectations)
    {
        _steps = steps;
        _expectations = expectations;
    }

    /// <summary>An answer without any content.</summary>
    public static ScriptedTurn Empty { get; } = new([], []);

    /// <summary>An answer of text.</summary>
    /// <param name="deltas">The text, in the pieces in which it is streamed.</param>
    public static ScriptedTurn Says(params IEnumerable<string> deltas) => Empty.ThenSays(deltas);

    /// <summary>An answer that calls a tool.</summary>
    /// <param name="tool">The name that the tool has for the model.</param>
    /// <param name="arguments">The arguments: the text of a JSON object.</param>
    public static ScriptedTurn Calls(string tool, string arguments = "{}") => Empty.ThenCalls(tool, arguments);

    /// <summary>No answer: the request fails.</summary>
    /// <param name="failure">With what.</param>
    public static ScriptedTurn Fails(Exception failure) => Empty.ThenFails(failure);

    /// <summary>Text.</summary>
    /// <param name="deltas">The text, in the pieces in which it is streamed.</param>
    public ScriptedTurn ThenSays(params IEnumerable<string> deltas) =>
        Add([.. deltas.Select(delta => Step.Of(_ => new TextContent(delta)))]);

    /// <summary>Reasoning.</summary>
    /// <param name="deltas">The text, in the pieces in which it is streamed.</param>
    public ScriptedTurn ThenThinks(params IEnumerable<string> deltas) =>
        Add([.. deltas.Select(delta => Step.Of(_ => new TextReasoningContent(delta)))]);

    /// <summary>A call of a tool.</summary>
    /// <param name="tool">The name that the tool has for the model.</param>
    /// <param name="arguments">The arguments: the text of a JSON object. A text that is none comes as clients of real models hand
    /// on what they could not read: without arguments, and with the exception.</param>
    /// <param name="callId">The id that the result must carry; null for <c>call-1</c>, <c>call-2</c> and so on.</param>
    public ScriptedTurn ThenCalls(string tool, string arguments = "{}", string? callId = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(tool);
        ArgumentNullException.ThrowIfNull(arguments);
        return Add(Step.Of(number => NewCall(callId ?? $"call-{number}", tool, arguments)) with { IsCall = true });
    }

    /// <summary>Any content.</summary>
    /// <param name="content">The content.</param>
    public ScriptedTurn Then(AIContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return Add(Step.Of(_ => content));
    }

    /// <summary>Waits, by the clock of the model: before the answer, or between two pieces of it.</summary>
    /// <param name="time">How long; at least 0.</param>
    public ScriptedTurn After(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return Add(new Step(null, time, null));
    }

    /// <summary>The stream is cut here: what was streamed so far has arrived, and the rest fails.</summary>
    /// <param name="failure">With what, such as an <see cref="IOException"/>.</param>
    public ScriptedTurn ThenFails(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return Add(new Step(null, default, failure));
    }

    /// <summary>What the request cost, as models report it with the end of an answer.</summary>
    /// <param name="inputTokens">Tokens that were read, cached ones included.</param>
    /// <param name="outputTokens">Tokens that were written, those of reasoning included.</param>
    /// <param name="cachedInputTokens">How many of those that were read came from a cache.</param>
    /// <param name="reasoningTokens">How many of those that were written were reasoning.</param>
    public ScriptedTurn WithUsage(long inputTokens, long outputTokens, long cachedInputTokens = 0, long reasoningTokens = 0) => Then(new UsageContent(new UsageDetails
    {
        InputTokenCount = inputTokens,
        OutputTokenCount = outputTokens,
        TotalTokenCount = inputTokens + outputTokens,
        CachedInputTokenCount = cachedInputTokens,
        ReasoningTokenCount = reasoningTokens,
    }));

    /// <summary>Expects that the last message holds a text.</summary>
    /// <param name="text">A part of it.</param>
    public ScriptedTurn Expecting(string text) => Expecting(
        $"a last message with the text '{text}'", request => request.Messages.Count > 0 && request.Messages[^1].Text.Contains(text, StringComparison.Ordinal));

    /// <summary>Expects that one of the results since the last answer holds a text.</summary>
    /// <param name="text">A part of it.</param>
    public ScriptedTurn ExpectingResult(string text) => Expecting(
        $"a result with the text '{text}'", request => request.Results.Any(result => ScriptedRequest.TextOf(result).Contains(text, StringComparison.Ordinal)));

    /// <summary>Expects that a tool is offered.</summary>
    /// <param name="name">The name that it has for the model.</param>
    public ScriptedTurn ExpectingTool(string name) => Expecting(
        $"a tool '{name}'", request => request.Tools.Any(tool => tool.Name == name));

    /// <summary>Expects that the instructions hold a text.</summary>
    /// <param name="text">A part of them.</param>
    public ScriptedTurn ExpectingInstructions(string text) => Expecting(
        $"instructions with the text '{text}'", request => request.Options.Instructions?.Contains(text, StringComparison.Ordinal) == true);

    /// <summary>Expects something of the request.</summary>
    /// <param name="what">What, as the failure says it after <c>Expected</c>.</param>
    /// <param name="holds">Whether it is so. What it throws is a failure too.</param>
    public ScriptedTurn Expecting(string what, Func<ScriptedRequest, bool> holds)
    {
        ArgumentException.ThrowIfNullOrEmpty(what);
        ArgumentNullException.ThrowIfNull(holds);
        return new(_steps, [.. _expectations, new(what, holds)]);
    }

    internal IReadOnlyList<Step> Steps => _steps;

    /// <summary>Holds a request against what is expected.</summary>
    internal void Check(ScriptedRequest request)
    {
        foreach (var expectation in _expectations)
        {
            Exception? thrown = null;
            try
            {
                if (expectation.Holds(request))
                {
                    continue;
                }
            }
            catch (Exception exception)
            {
                thrown = exception;
            }

            throw new ScriptMismatchException(
                $"Request {request.Number} of the model is not what the script expects.\nExpected {expectation.What}{(thrown is null ? "" : $" ({thrown.Message})")}.\nWhat came, with the tools {ToolsOf(request)}:\n{request}",
                thrown);
        }
    }

    internal static string ToolsOf(ScriptedRequest request) =>
        request.Tools.Count == 0 ? "(none)" : string.Join(", ", request.Tools.Select(tool => tool.Name));

    private ScriptedTurn Add(params Step[] steps) => new([.. _steps, .. steps], _expectations);

    private static FunctionCallContent NewCall(string id, string tool, string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return new(id, tool, document.RootElement.EnumerateObject().ToDictionary(each => each.Name, each => (object?)each.Value.Clone(), StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return new(id, tool) { Exception = exception };
        }
    }

    /// <summary>One update, a pause, or the end of the stream.</summary>
    internal sealed record Step(Func<int, AIContent>? Content, TimeSpan Pause, Exception? Failure)
    {
        /// <summary>Whether it is a call, which takes the next number.</summary>
        public bool IsCall { get; init; }

        public static Step Of(Func<int, AIContent> content) => new(content, default, null);
    }

    private sealed record Expectation(string What, Func<ScriptedRequest, bool> Holds);
}
