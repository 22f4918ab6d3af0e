using System.Net;

namespace Mesh.Testing;

/// <summary>A failure of a model: its type, and the HTTP status where it has one. Its text may hold a secret, and is not kept.</summary>
internal sealed record RecordedFailure(string Type, int? Status)
{
    public static RecordedFailure Of(Exception exception) =>
        new(exception.GetType().FullName ?? nameof(Exception), exception is HttpRequestException { StatusCode: { } status } ? (int)status : null);

    /// <summary>The same kind of failure where callers tell them apart.</summary>
    public Exception ToException()
    {
        string message = $"The model failed with {Type}{(Status is { } status ? $" ({status})" : "")} when it was recorded.";
        return Type switch
        {
            "System.TimeoutException" => new TimeoutException(message),
            "System.OperationCanceledException" or "System.Threading.Tasks.TaskCanceledException" => new TaskCanceledException(message),
            "System.IO.IOException" => new IOException(message),
            "System.Net.Http.HttpRequestException" => new HttpRequestException(message, null, (HttpStatusCode?)Status),
            _ => new InvalidOperationException(message),
        };
    }
}
