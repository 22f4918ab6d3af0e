using System.Text;

namespace Mesh;

/// <summary>What is said of a message that a worker gives back, for whoever reads the dead letters.</summary>
internal static class QueueFailure
{
    private const string Stopped = "The worker was stopped before it had dealt with the message.";

    /// <summary>Why, without anything that only the worker's host may know: of an exception its type.</summary>
    public static string ReasonOf(QueueDelivery delivery, CallOutcome outcome, bool isStopped)
    {
        if (isStopped && outcome.Error?.Code == MeshErrorCode.Cancelled)
        {
            return Stopped;
        }

        string reason = outcome.Error is { } error ? $"{error.Code}: {error.Message}" : $"The call ended with {outcome.Status}.";
        return Cut(delivery.Failure is { } failure and not ToolException && outcome.Error?.Code != MeshErrorCode.Cancelled
            ? $"{reason} ({failure.GetType().Name})"
            : reason);
    }

    /// <summary>The beginning of a text, well formed, so that no queue refuses it.</summary>
    private static string Cut(string text)
    {
        // What a tool says may have been cut in the midst of a character.
        text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return text.Length <= QueueLimits.MaxReasonLength ? text : ShownText.Cut(text, QueueLimits.MaxReasonLength - 1);
    }
}
