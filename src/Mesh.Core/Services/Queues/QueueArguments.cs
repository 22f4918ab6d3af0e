using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Mesh;

/// <summary>The limits of what is asked of a queue, for schemas and for the guards that stand for them.</summary>
internal static class QueueLimits
{
    public const string NamePattern = "[A-Za-z0-9_.-]{1,128}";
    public const int MaxTokenLength = 256;
    public const int MaxKeyLength = 256;
    public const int MaxReasonLength = 500;
    public const int MaxMessages = 1_000;
    public const double MaxWait = 86_400;
    public const double MinVisibility = 0.001;
    public const double MaxVisibility = 86_400;
    public const double MaxDelay = 604_800;
    public const double DefaultVisibility = 30;
}

internal sealed record QueueSendArguments(
    [property: RegularExpression(QueueLimits.NamePattern), Description("The queue: 1 to 128 letters, digits, '_', '-' and '.'. It is made if it is not there.")] string Queue,
    [property: Description("The body: any JSON value.")] JsonPayload Body,
    [property: Description("Texts beside the body.")] IReadOnlyDictionary<string, string>? Headers = null,
    [property: Range(0, QueueLimits.MaxDelay), Description("After how many seconds it can be received.")] double DelaySeconds = 0,
    [property: StringLength(QueueLimits.MaxKeyLength, MinimumLength = 1), Description("Sent again by the same participant under the same key, it has no further effect while the key is remembered: for 10 minutes, unless the host says otherwise.")] string? Key = null) : IResourceArguments
{
    string IResourceArguments.Resource => Queue;
}

internal sealed record QueueReceiveArguments(
    [property: RegularExpression(QueueLimits.NamePattern), Description("The queue.")] string Queue,
    [property: Range(1, QueueLimits.MaxMessages), Description("How many messages at most.")] int MaxMessages = 1,
    [property: Range(0, QueueLimits.MaxWait), Description("How many seconds to wait for the first one; 0 not to wait.")] double WaitSeconds = 0,
    [property: Range(QueueLimits.MinVisibility, QueueLimits.MaxVisibility), Description("For how many seconds nobody else gets them, unless they are rejected.")] double VisibilitySeconds = QueueLimits.DefaultVisibility,
    [property: Description("Whether what the caller still has when it leaves the room is ready again at once.")] bool ReleaseOnLeave = false) : IResourceArguments
{
    string IResourceArguments.Resource => Queue;
}

internal sealed record QueueAcknowledgeArguments(
    [property: RegularExpression(QueueLimits.NamePattern), Description("The queue.")] string Queue,
    [property: StringLength(QueueLimits.MaxTokenLength), Description("The token of the message.")] string Token) : IResourceArguments
{
    string IResourceArguments.Resource => Queue;
}

internal sealed record QueueRejectArguments(
    [property: RegularExpression(QueueLimits.NamePattern), Description("The queue.")] string Queue,
    [property: StringLength(QueueLimits.MaxTokenLength), Description("The token of the message.")] string Token,
    [property: StringLength(QueueLimits.MaxReasonLength), Description("Why, for whoever reads the dead letters.")] string? Reason = null,
    [property: Range(0, QueueLimits.MaxDelay), Description("After how many seconds it can be received again.")] double DelaySeconds = 0) : IResourceArguments
{
    string IResourceArguments.Resource => Queue;
}

internal sealed record QueueExtendArguments(
    [property: RegularExpression(QueueLimits.NamePattern), Description("The queue.")] string Queue,
    [property: StringLength(QueueLimits.MaxTokenLength), Description("The token of the message.")] string Token,
    [property: Range(QueueLimits.MinVisibility, QueueLimits.MaxVisibility), Description("For how many seconds from now nobody else gets it.")] double VisibilitySeconds = QueueLimits.DefaultVisibility) : IResourceArguments
{
    string IResourceArguments.Resource => Queue;
}

internal sealed record QueueDrainArguments(
    [property: RegularExpression(QueueLimits.NamePattern), Description("The queue.")] string Queue,
    [property: Range(1, QueueLimits.MaxMessages), Description("How many messages at most.")] int MaxMessages = QueueLimits.MaxMessages) : IResourceArguments
{
    string IResourceArguments.Resource => Queue;
}

internal sealed record QueueCloseArguments(
    [property: RegularExpression(QueueLimits.NamePattern), Description("The queue.")] string Queue) : IResourceArguments
{
    string IResourceArguments.Resource => Queue;
}

internal sealed record QueueListArguments(
    [property: StringLength(QueuePolicy.MaxNameLength), Description("What names begin with; empty for all queues.")] string Prefix = "",
    [property: StringLength(QueueLimits.MaxTokenLength), Description("Where to go on: 'next' of the part before.")] string? Cursor = null,
    [property: Range(1, QueueLimits.MaxMessages), Description("How many at most.")] int Limit = 100);
