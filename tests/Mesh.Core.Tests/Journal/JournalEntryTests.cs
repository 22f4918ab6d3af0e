using System.Text.Json;
using static Mesh.Core.Tests.Journal.Entries;

namespace Mesh.Core.Tests.Journal;

public sealed class JournalEntryTests
{
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"room":null}""")]
    [InlineData("""{"room":"a","callId":"xyz"}""")]
    [InlineData("""{"room":"a","status":"sideways"}""")]
    [InlineData("""{"room":"a","event":{}}""")]
    [InlineData("""{"room":"a","event":7}""")]
    [InlineData("""{"room":"a","usage":{"inputTokens":-1,"outputTokens":0}}""")]
    [InlineData("""{"room":"a","room":"b"}""")]
    public void What_is_no_entry_is_refused(string json) => Assert.Throws<JsonException>(() => JournalEntry.FromJson(json));

    [Fact]
    public void What_is_missing_has_its_default()
    {
        var entry = JournalEntry.FromJson("""{"room":"a"}""");
        Assert.Equal(JournalEntryKind.Call, entry.Kind);
        Assert.Same(JournalPayload.None, entry.Payload);
    }

    [Theory]
    [InlineData(RoomEventKinds.ParticipantJoined, """{"name":7}""", null)]
    [InlineData(RoomEventKinds.ParticipantJoined, """{"name":"\ud800"}""", null)]
    [InlineData(RoomEventKinds.ParticipantLeft, """{"participant":"ada"}""", null)]
    [InlineData(RoomEventKinds.ParticipantLeft, """{"participant":{"name":"ada"}}""", "ada")]
    [InlineData(RoomEventKinds.ToolkitRegistered, """{"participant":"ada"}""", "ada")]
    [InlineData(RoomEventKinds.ToolkitRegistered, "[]", null)]
    [InlineData("of another version", """{"name":"ada"}""", null)]
    public void The_participant_of_an_event_is_found_in_whatever_came(string kind, string payload, string? name)
    {
        var entry = Event(1, kind, payload);
        Assert.Equal(name, entry.Caller);
        Assert.NotEmpty(entry.ToString());
        Assert.NotEmpty(((JournalEntry[])[entry]).ToText());
    }

    [Fact]
    public void Usage_is_never_negative()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CallUsage(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CallUsage(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CallUsage(0, 0, -0.1m));
    }
}
