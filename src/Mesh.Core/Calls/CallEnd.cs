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

    /// <summary>The course of a call that waits for its turn or its handler, and goes on by itself.</summary>
    public CallLife? Course => _toCome as CallLife;

    /// <summary>The task of the outcome, or of an answer that an invoker has to read.</summary>
    public Task? ToCome => _toCome as Task;

    public static implicit operator CallEnd(CallOutcome outcome) => new(outcome, null);

    public static implicit operator CallEnd(MeshError error) => new(CallOutcome.FromError(error), null);

    public static CallEnd Of(ValueTask<CallOutcome> running) =>
        running.IsCompletedSuccessfully ? new(running.Result, null) : new(default, running.AsTask());

    /// <summary>An answer to come: <see cref="ToolRunner.Finish"/> makes an end of it.</summary>
    public static CallEnd OfAnswer(Task answer) => new(default, answer);

    public static CallEnd Of(CallLife course) => new(default, course);

    /// <summary>To be awaited once.</summary>
    public ValueTask<CallOutcome> AsValueTask() => _toCome switch
    {
        null => new(Outcome),
        CallLife course => course.WaitAsync(),
        var task => new((Task<CallOutcome>)task),
    };

    /// <summary>For awaiting it, once.</summary>
    public ConfiguredValueTaskAwaitable<CallOutcome> ConfigureAwait(bool continueOnCapturedContext) =>
        AsValueTask().ConfigureAwait(continueOnCapturedContext);
}
