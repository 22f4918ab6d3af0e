using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>One tool or agent of a room as a function for a model.</summary>
internal sealed class RoomFunction(RoomClient room, string name, ToolDefinition definition, ToolAddress address) : AIFunction
{
    public ToolDefinition Definition => definition;

    public ToolAddress Address => address;

    public override string Name => name;

    public override string Description => definition.Description ?? definition.Title ?? "";

    public override JsonElement JsonSchema => definition.InputSchema;

    public override JsonElement? ReturnJsonSchema => definition.OutputSchema;

    /// <summary>Whether what it streams is one text in pieces.</summary>
    public bool StreamsText { get; } = TextPieces.AreItemsOf(definition);

    /// <summary>Makes the call.</summary>
    public ValueTask<CallOutcome> CallAsync(IEnumerable<KeyValuePair<string, object?>>? arguments, CallOptions? options, CancellationToken cancellationToken)
    {
        var outcome = room.Toolkits.TryInvokeAsync(address, FunctionArguments.ToPayload(arguments), options, null, cancellationToken);
        return StreamsText ? JoinAsync(outcome) : outcome;
    }

    /// <summary>Makes the call for what it sends while it runs.</summary>
    public IAsyncEnumerable<CallFrame> StreamAsync(IEnumerable<KeyValuePair<string, object?>>? arguments, CallOptions? options, CancellationToken cancellationToken) =>
        room.Toolkits.StreamAsync(address, FunctionArguments.ToPayload(arguments), options, null, cancellationToken);

    /// <summary>For whoever is not the tool loop: a failure is an exception, as with every function.</summary>
    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var outcome = await CallAsync(arguments, null, cancellationToken).ConfigureAwait(false);
        return FunctionResults.ToResult(outcome.GetResult(cancellationToken));
    }

    private static async ValueTask<CallOutcome> JoinAsync(ValueTask<CallOutcome> pieces)
    {
        var outcome = await pieces.ConfigureAwait(false);
        return outcome.Response is not JsonResponse json || TextPieces.Join(json.Value) is not { } text ? outcome
            : outcome.Error is { } error ? CallOutcome.FromError(error, new TextResponse(text))
            : CallOutcome.FromResult(new TextResponse(text));
    }
}
