using System.Globalization;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>What a turn says when it does not end with an answer.</summary>
internal static class TurnErrors
{
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

    public static MeshError NoPrice(string? model) => new(
        MeshErrorCode.InvalidDefinition, $"Model '{model}' has no price, so that no budget of money could hold for it.")
    {
        Remedy = "Add it to ToolLoopOptions.Prices, where '*' is the price of all others.",
    };

    public static MeshError Filtered(ModelSource model) => new(
        new MeshErrorCode("content_filtered"), $"The answer of model '{model.ModelId}' was stopped by its provider's filter.")
    {
        Remedy = "Ask for something else, or in other words.",
    };

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

    public static MeshError Interrupted(FunctionCallContent call) => new(
        MeshErrorCode.Cancelled, $"The call of '{call.Name}' was interrupted before it had a result; whether it had an effect is unknown.")
    {
        Remedy = "Find out before you call it again.",
    };
}
