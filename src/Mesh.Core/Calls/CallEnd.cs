using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>
/// The end of a call as a stage hands it on: there already, or to come. Two references, which go from stage to stage in
/// registers; a <see cref="ValueTask{TResult}"/> of an outcome does not, and a call would spend more on its copies than on
/// its authorisation.
/// </summary>
internal readonly struct CallEnd
{
    private readonly object? _toCome;

    private CallEnd(CallOutcome outcome, object? toCome)
    {
        Outcome = outcome;
        _toCome = toCome;
    }

    /// <summary>The outcome, where nothing is to come.</summary>
    public CallOutcome Outcome { get; }

    /// <summary>Whether nothing is to come.</summary>
    public bool IsThere => _toCome is null;

    /// <summary>Whether it is there and is a result.</summary>
    public bool IsResult => _toCome is null && Outcome.IsResult;

    /// <summary>The turn that the call waits for; what follows is up to <see cref="CallPipeline.GoOnAsync"/>.</summary>
    public CallTurn? Turn => _toCome as CallTurn;

    /// <summary>The life of a call whose handler runs; what follows is up to <see cref="CallPipeline.GoOnAsync"/>.</summary>
    public CallLife? Running => _toCome as CallLife;

    /// <summary>What the tool's code will answer; <see cref="ToolRunner.Finish"/> makes an end of it.</summary>
    public Task<ToolResponse>? Answer => _toCome as Task<ToolResponse>;

    /// <summary>The task of the outcome or of the answer, where either is to come.</summary>
    public Task? ToCome => _toCome as Task;

    public static implicit operator CallEnd(CallOutcome outcome) => new(outcome, null);

    public static implicit operator CallEnd(MeshError error) => new(CallOutcome.FromError(error), null);

    public static CallEnd Of(ValueTask<CallOutcome> running) =>
        running.IsCompletedSuccessfully ? new(running.Result, null) : new(default, running.AsTask());

    public static CallEnd Of(Task<ToolResponse> answer) => new(default, answer);

    public static CallEnd Of(CallTurn turn) => new(default, turn);

    public static CallEnd Of(CallLife running) => new(default, running);

    public ValueTask<CallOutcome> AsValueTask() => _toCome switch
    {
        null => new(Outcome),
        Task<CallOutcome> task => new(task),
        CallLife life => CallPipeline.GoOnAsync(life.Call, this, null),
        var turn => CallPipeline.GoOnAsync(((CallTurn)turn).Call, this, null),
    };

    /// <summary>For awaiting it.</summary>
    public ConfiguredValueTaskAwaitable<CallOutcome> ConfigureAwait(bool continueOnCapturedContext) =>
        AsValueTask().ConfigureAwait(continueOnCapturedContext);
}
