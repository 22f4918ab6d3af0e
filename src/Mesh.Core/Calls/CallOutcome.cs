using System.Diagnostics.CodeAnalysis;

namespace Mesh;

/// <summary>
/// How one call ended: with a result, an error, cancelled, or unknown. Every call has exactly one outcome. A default
/// value is not an outcome.
/// </summary>
public readonly struct CallOutcome
{
    // A response, an error, or an error with a partial response. One reference: an outcome is copied at every stage of
    // the call path, and copies of three fields cost a call more than its authorisation.
    private readonly object? _end;

    private CallOutcome(object end) => _end = end;

    /// <summary>How the call ended.</summary>
    public CallStatus Status => Error is not { } error ? CallStatus.Result
        : error.Code == MeshErrorCode.Cancelled ? CallStatus.Cancelled
        : error.Code == MeshErrorCode.ProviderLost ? CallStatus.Unknown
        : CallStatus.Error;

    /// <summary>
    /// The result when <see cref="Status"/> is <see cref="CallStatus.Result"/>. Otherwise what a streaming tool had
    /// already sent before its call failed, or null.
    /// </summary>
    public ToolResponse? Response => _end is MeshError ? null : _end is PartialFailure failure ? failure.Partial : (ToolResponse?)_end;

    /// <summary>What went wrong; null only for a result.</summary>
    public MeshError? Error => _end is MeshError error ? error : (_end as PartialFailure)?.Error;

    /// <summary>Whether the call ended with a result.</summary>
    [MemberNotNullWhen(true, nameof(Response))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsResult => _end is not (null or MeshError or PartialFailure);

    /// <summary>The outcome of a call that succeeded.</summary>
    /// <param name="response">What the tool answered.</param>
    public static CallOutcome FromResult(ToolResponse response) =>
        new(response ?? throw new ArgumentNullException(nameof(response)));

    /// <summary>The outcome of a call that failed, was refused, was cancelled, or whose effect cannot be known.</summary>
    /// <param name="error">The failure. Its code <see cref="MeshErrorCode.Cancelled"/> makes the status
    /// <see cref="CallStatus.Cancelled"/>, <see cref="MeshErrorCode.ProviderLost"/> makes it
    /// <see cref="CallStatus.Unknown"/>, every other one <see cref="CallStatus.Error"/>.</param>
    /// <param name="partial">What a streaming tool had sent before, or null.</param>
    public static CallOutcome FromError(MeshError error, ToolResponse? partial = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new(partial is null ? error : new PartialFailure(error, partial));
    }

    /// <summary>The result, or the exception that stands for the failure.</summary>
    /// <param name="cancellationToken">The caller's own token: only when it is cancelled does a cancelled call throw
    /// <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="MeshException">The call did not end with a result.</exception>
    public ToolResponse GetResult(CancellationToken cancellationToken = default)
    {
        if (IsResult)
        {
            return Response;
        }

        if (Status == CallStatus.Cancelled)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        throw new MeshException(Error ?? throw new InvalidOperationException("A default CallOutcome has no result."));
    }

    /// <summary>The result's text, or the error's.</summary>
    public override string ToString() => Error is null ? $"{Response}" : $"{Error.Code}: {Error}";

    private sealed record PartialFailure(MeshError Error, ToolResponse Partial);
}
