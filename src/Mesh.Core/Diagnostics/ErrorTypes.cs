namespace Mesh;

/// <summary>What <c>error.type</c> says of a failure.</summary>
internal static class ErrorTypes
{
    // Tools choose codes of their own, and a code is a short word.
    private const int Longest = 64;

    public static string Of(MeshErrorCode code) => code.Value is { Length: > 0 and <= Longest } value ? value : TelemetryNames.Other;

    /// <summary>That of what was thrown: the code that it carries, else its type, as the conventions want it.</summary>
    public static string Of(Exception exception) => exception switch
    {
        MeshException failure => Of(failure.Code),
        OperationCanceledException => Of(MeshErrorCode.Cancelled),
        _ => exception.GetType().FullName ?? TelemetryNames.Other,
    };
}
