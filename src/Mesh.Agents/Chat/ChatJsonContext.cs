using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Mesh.Agents;

internal sealed record ListChatsArguments
{
    [Description("The cursor of the page before; left out for the beginning."), StringLength(400, MinimumLength = 1)]
    public string? Cursor { get; init; }

    [Range(1, 100)]
    public int? Limit { get; init; }
}

internal sealed record OpenChatArguments
{
    [Description("The thread; left out for a new one."), StringLength(128, MinimumLength = 1)]
    public string? Thread { get; init; }

    [Description("How many of the newest entries to give."), Range(1, 500)]
    public int? Limit { get; init; }
}

internal sealed record ReadChatArguments([property: StringLength(128, MinimumLength = 1)] string Thread)
{
    [Description("Only entries before this sequence."), Range(1, long.MaxValue)]
    public long? Before { get; init; }

    [Range(1, 500)]
    public int? Limit { get; init; }
}

internal sealed record WatchChatArguments([property: StringLength(128, MinimumLength = 1)] string Thread)
{
    [Description("Tell the entries after this sequence first; left out for only what is new."), Range(0, long.MaxValue)]
    public long? After { get; init; }
}

internal sealed record ChatThreadArguments([property: StringLength(128, MinimumLength = 1)] string Thread);

internal sealed record CancelChatResult(bool WasAnswering);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ChatInput))]
[JsonSerializable(typeof(ChatAnswer))]
[JsonSerializable(typeof(ChatThread))]
[JsonSerializable(typeof(ChatEvent))]
[JsonSerializable(typeof(ThreadPage))]
[JsonSerializable(typeof(ThreadEntry))]
[JsonSerializable(typeof(ListChatsArguments))]
[JsonSerializable(typeof(ChatThreadList))]
[JsonSerializable(typeof(OpenChatArguments))]
[JsonSerializable(typeof(ReadChatArguments))]
[JsonSerializable(typeof(WatchChatArguments))]
[JsonSerializable(typeof(ChatThreadArguments))]
[JsonSerializable(typeof(CancelChatResult))]
internal sealed partial class ChatJsonContext : JsonSerializerContext;
