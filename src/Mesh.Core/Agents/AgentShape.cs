using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>What an agent's function takes and gives. It follows from the function's signature, and is never declared.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AgentShape>))]
public enum AgentShape
{
    /// <summary>Input to output, or to nothing: <c>Task&lt;Summary&gt; Summarize(Text text)</c>.</summary>
    [JsonStringEnumMemberName("responder")]
    Responder,

    /// <summary>Input to a stream of chunks: <c>IAsyncEnumerable&lt;Delta&gt; Summarize(Text text)</c>.</summary>
    [JsonStringEnumMemberName("streamer")]
    Streamer,

    /// <summary>No input, an output: <c>Task&lt;Report&gt; Refresh()</c>.</summary>
    [JsonStringEnumMemberName("trigger")]
    Trigger,

    /// <summary>
    /// No input, a stream: <c>IAsyncEnumerable&lt;Price&gt; Prices()</c>. It runs in the background, once for each
    /// registration; its items are for all who subscribe.
    /// </summary>
    [JsonStringEnumMemberName("publisher")]
    Publisher,

    /// <summary>Neither input nor output: <c>Task Watch(RoomClient room, CancellationToken ct)</c>. It runs in the background and cannot be asked.</summary>
    [JsonStringEnumMemberName("watcher")]
    Watcher,
}
