using System.Globalization;
using System.Net;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>What a turn says when it does not end with an answer.</summary>
internal static class TurnErrors
{
    /// <summary>What Anthropic says when it is overloaded; no standard has it.</summary>
    private const HttpStatusCode SiteOverloaded = (HttpStatusCode)529;

    public static MeshError TooManyIterations(int limit) => new(
        MeshErrorCode.BudgetExceeded, string.Create(CultureInfo.InvariantCulture, $"The model was asked {limit} times in one turn and wants to go on."))
    {
        Remedy = "Look for a model that repeats itself, or raise ToolLoopOptions.MaxIterations.",
    };

    public static MeshError TooManyCalls(int limit) => new(
        MeshErrorCode.BudgetExceeded, string.Create(CultureInfo.InvariantCulture, $"The model wants more than the {limit} calls that one turn may make."))
    {
        Remedy = "Look for a model that repeats itself, or raise ToolLoopOptions.MaxCalls.",
    };

    public static MeshError TooManyTokens(long limit) => new(
        MeshErrorCode.BudgetExceeded, string.Create(CultureInfo.InvariantCulture, $"The {limit} tokens that one turn may use are used up."))
    {
        Remedy = "Ask for less in one turn, or raise ToolLoopOptions.MaxTokens.",
    };

    public static MeshError TooExpensive(decimal limit) => new(
        MeshErrorCode.BudgetExceeded, string.Create(CultureInfo.InvariantCulture, $"A further request might cost more than what is left of the {limit} of money that one turn may spend."))
    {
        Remedy = "Ask for less in one turn, or raise ToolLoopOptions.MaxCost.",
    };

    public static MeshError OutOfTime(TimeSpan limit) => new(
        MeshErrorCode.DeadlineExceeded, string.Create(CultureInfo.InvariantCulture, $"The turn took longer than {limit.TotalSeconds} s."))
    {
        Remedy = "Ask again, for less, or raise ToolLoopOptions.TimeLimit.",
        Retryable = true,
    };

    public static MeshError Filtered(ModelSource model) => new(
        new MeshErrorCode("content_filtered"), $"The answer of model '{model.ModelId}' was stopped by its provider's filter.")
    {
        Remedy = "Ask for something else, or in other words.",
    };

    /// <summary>An answer that is nothing but an error: of the model, which will not, or of its provider, whose words stay with the host.</summary>
    public static MeshError Failed(ModelSource model, ErrorContent error) =>
        string.Equals(error.ErrorCode, "refusal", StringComparison.OrdinalIgnoreCase)
            ? new MeshError(new MeshErrorCode("model_refused"), $"Model '{model.ModelId}' refuses to answer: {TrimmedText.Of(error.Message ?? "", 500)}")
            {
                Remedy = "Ask for something else, or in other words.",
            }
            : new MeshError(MeshErrorCode.Unavailable, $"Model '{model.ModelId}' gave an error instead of an answer.")
            {
                Remedy = "Ask again; the turn's last message has the reason.",
                Retryable = true,
            };

    /// <summary>What the client of a model has thrown, without its text.</summary>
    /// <param name="name">The model.</param>
    /// <param name="exception">What was thrown.</param>
    /// <param name="failureOf">What knows the exceptions of the client; null for those of the BCL alone.</param>
    public static MeshError NotAnswered(string? name, Exception exception, Func<Exception, ModelFailure?>? failureOf) =>
        Thrown(name is not null ? $"Model '{name}'" : "The model", exception, failureOf);

    /// <summary>What the reducer of the context has thrown, without its text.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="failureOf">What knows the exceptions of a model that it asks; null for those of the BCL alone.</param>
    public static MeshError NotReduced(Exception exception, Func<Exception, ModelFailure?>? failureOf) =>
        Thrown("The reducer that makes the chat shorter", exception, failureOf);

    private static MeshError Thrown(string model, Exception exception, Func<Exception, ModelFailure?>? failureOf)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            var failure = failureOf?.Invoke(cause) ?? (cause is HttpRequestException { StatusCode: { } status } ? new(status) : null);
            if (failure is not null)
            {
                return Refused(model, failure);
            }

            if (cause is TimeoutException or OperationCanceledException)
            {
                return Late(model);
            }
        }

        return Broken(model, exception.GetType().Name);
    }

    private static MeshError Refused(string model, ModelFailure failure) => failure.Status switch
    {
        HttpStatusCode.TooManyRequests or SiteOverloaded => new(MeshErrorCode.Overloaded, $"{model} takes no more requests at the moment.")
        {
            Remedy = "Ask again later, or less often.",
            Retryable = true,
            RetryAfter = failure.RetryAfter,
        },
        HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => Late(model) with { RetryAfter = failure.RetryAfter },
        >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => new(
            MeshErrorCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"{model} was not asked: its provider refused the request with HTTP status {(int)failure.Status}."))
        {
            Remedy = "Look at the key, the name and the options of its client; the same again is refused again.",
        },
        _ => Broken(model, string.Create(CultureInfo.InvariantCulture, $"HTTP status {(int)failure.Status}")) with { RetryAfter = failure.RetryAfter },
    };

    private static MeshError Late(string model) =>
        new(MeshErrorCode.DeadlineExceeded, $"{model} did not answer in time.") { Remedy = "Ask again, or give its client more time.", Retryable = true };

    private static MeshError Broken(string model, string why) =>
        new(MeshErrorCode.Unavailable, $"{model} could not be asked, or broke off: {why}.") { Remedy = "Ask again; the host's log has the reason.", Retryable = true };

    public static MeshError UnknownTool(FunctionCallContent call, RoomFunctions functions) => new(
        MeshErrorCode.NotFound, $"There is no tool '{call.Name}'.")
    {
        Remedy = functions.Functions.Count == 0 ? "There are no tools; answer without." : $"Use one of: {string.Join(", ", functions.Functions.Select(each => each.Name))}.",
    };

    public static MeshError NoJson(FunctionCallContent call, Exception exception) => new(
        MeshErrorCode.InvalidArguments, $"The arguments of tool '{call.Name}' cannot be read as JSON: {exception.Message}")
    {
        Remedy = "Send one JSON object that satisfies the tool's schema.",
    };

    public static MeshError Repeated(FunctionCallContent call, MeshError error) => error with
    {
        Message = $"The model repeated a call of '{call.Name}' that cannot be made: {error.Message}",
        Remedy = "Look at the description and the schema of the tool, or take a model that can use it.",
    };

    public static MeshError NotMade(FunctionCallContent call) => new(MeshErrorCode.Cancelled, $"The call of '{call.Name}' was not made: the turn ended before.")
    {
        Remedy = "Call it again, if it is still wanted.",
    };

    public static MeshError Interrupted(FunctionCallContent call) => new(
        MeshErrorCode.Cancelled, $"The call of '{call.Name}' was interrupted before it had a result; whether it had an effect is unknown.")
    {
        Remedy = "Find out before you call it again.",
    };
}
