using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>
/// The end of a call as a stage hands it on: there already, or to come. Two references, which go from stage to stage in
/// registers; a <see cref="ValueTask{TResult}"/> of an outcome does not, and a call would spend more on its copies than on
/// its authorisation.
/// </summary>
internal readonly struct CallEnd
{
    private CallEnd(CallOutcome outcome, Task<CallOutcome>? toCome)
    {
        Outcome = outcome;
        ToCome = toCome;
    }

    /// <summary>The outcome, where nothing is to come.</summary>
    public CallOutcome Outcome { get; }

    /// <summary>The task of the outcome, where it is still to come.</summary>
    public Task<CallOutcome>? ToCome { get; }

    public static implicit operator CallEnd(CallOutcome outcome) => new(outcome, null);

    public static implicit operator CallEnd(MeshError error) => new(CallOutcome.FromError(error), null);

    public static CallEnd Of(ValueTask<CallOutcome> running) =>
        running.IsCompletedSuccessfully ? new(running.Result, null) : new(default, running.AsTask());

    public ValueTask<CallOutcome> AsValueTask() => ToCome is null ? new(Outcome) : new(ToCome);

    /// <summary>For awaiting it.</summary>
    public ConfiguredValueTaskAwaitable<CallOutcome> ConfigureAwait(bool continueOnCapturedContext) =>
        AsValueTask().ConfigureAwait(continueOnCapturedContext);
}
