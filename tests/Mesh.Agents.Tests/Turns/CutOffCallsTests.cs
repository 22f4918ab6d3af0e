using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Turns;

public sealed class CutOffCallsTests
{
    private static readonly string[] First = ["c", "d"];

    [Fact]
    public void Every_call_that_was_cut_off_is_given_a_result_right_after_it()
    {
        List<ChatMessage> messages =
        [
            Calls("a", "b"),
            Results("a"),
            new(ChatRole.User, "?"),
            Calls(First),
            new(ChatRole.User, "??"),
        ];

        CutOffCalls.Mend(messages);

        Assert.Equal(["assistant", "tool", "user", "assistant", "tool", "user"], messages.Select(message => message.Role.Value));
        Assert.Equal(["a", "b"], ResultsOf(messages[1]));
        Assert.Equal(First, ResultsOf(messages[4]));
    }

    [Fact]
    public void A_result_answers_the_nearest_call_before_it_for_some_clients_count_their_calls_anew_in_each_answer()
    {
        List<ChatMessage> messages = [Calls("call_0"), new(ChatRole.User, "?"), Calls("call_0"), Results("call_0")];

        CutOffCalls.Mend(messages);

        Assert.Equal(["assistant", "tool", "user", "assistant", "tool"], messages.Select(message => message.Role.Value));
        Assert.Contains("was interrupted", ((FunctionResultContent)messages[1].Contents[0]).Result?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_added_to_calls_that_have_results_or_that_the_provider_has_made()
    {
        List<ChatMessage> messages =
        [
            new(ChatRole.Assistant, [new FunctionCallContent("a", "look"), new FunctionResultContent("a", "sun")]),
            new(ChatRole.Assistant, [new FunctionCallContent("b", "look") { InformationalOnly = true }]),
            Calls("c", "c"),
            new(ChatRole.Assistant, "Said in a message of its own."),
            Results("c", "c"),
        ];

        CutOffCalls.Mend(messages);

        Assert.Equal(5, messages.Count);
        Assert.Equal(["c", "c"], ResultsOf(messages[4]));
    }

    [Fact]
    public void Messages_are_copied_where_results_are_added_to_them()
    {
        var results = Results("a");
        List<ChatMessage> messages = [Calls("a", "b"), results];

        CutOffCalls.Mend(messages);

        Assert.Equal(["a"], ResultsOf(results));
        Assert.Equal(["a", "b"], ResultsOf(messages[1]));
    }

    private static ChatMessage Calls(params string[] ids) => new(ChatRole.Assistant, [.. ids.Select(id => new FunctionCallContent(id, "look"))]);

    private static ChatMessage Results(params string[] ids) => new(ChatRole.Tool, [.. ids.Select(id => new FunctionResultContent(id, "sun"))]);

    private static IEnumerable<string> ResultsOf(ChatMessage message) => message.Contents.Cast<FunctionResultContent>().Select(result => result.CallId);
}
