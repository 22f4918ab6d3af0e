using System.Net;
using Mesh.Agents;

namespace Mesh.Testing;

/// <summary>A failure of a model: its type, and the HTTP status where it has one. Its text may hold a secret, and is not kept.</summary>
internal sealed record RecordedFailure(string Type, int? Status)
{
    public static RecordedFailure Of(Exception exception, Func<Exception, ModelFailure?>? failureOf) =>
        new(exception.GetType().FullName ?? nameof(Exception), StatusOf(exception, failureOf));

    /// <summary>The same kind of failure where callers tell them apart; what a vendor's own exception says by its status, the one of the BCL says too.</summary>
    public Exception ToException()
    {
        string message = $"The model failed with {Type}{(Status is { } status ? $" ({status})" : "")} when it was recorded.";
        return Type switch
        {
            "System.TimeoutException" => new TimeoutException(message),
            "System.OperationCanceledException" or "System.Threading.Tasks.TaskCanceledException" => new TaskCanceledException(message),
            "System.IO.IOException" => new IOException(message),
            _ when Status is not null || Type == "System.Net.Http.HttpRequestException" => new HttpRequestException(message, null, (HttpStatusCode?)Status),
            _ => new InvalidOperationException(message),
        };
    }

    private static int? StatusOf(Exception? exception, Func<Exception, ModelFailure?>? failureOf) =>
        exception is null ? null : (int?)(failureOf?.Invoke(exception)?.Status ?? (exception as HttpRequestException)?.StatusCode) ?? StatusOf(exception.InnerException, failureOf);
}
