using System.Text.Json;

namespace Mesh.Mcp.Conformance;

/// <summary>
/// The tools that the suite's scenarios for tasks call. Nothing in them says that they are tasks: they take longer than
/// <see cref="TaskAfter"/>, and what they ask late, they ask as tasks.
/// </summary>
internal static class TestTasks
{
    /// <summary>How long the suite's calls run before they become tasks.</summary>
    public static readonly TimeSpan TaskAfter = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Long = 2 * TaskAfter;

    public static IReadOnlyList<Toolkit> Toolkits { get; } =
    [
        Toolkit.Create("slow", Make("compute", ComputeAsync)),
        Toolkit.Create("failing", Make("job", FailAsync)),
        Toolkit.Create("protocol", Make("error_job", NeedRootsAsync)),
        Toolkit.Create("confirm", Make("delete", ConfirmAsync)),
        Toolkit.Create("multi", Make("input", AskTwoAsync)),
    ];

    /// <summary>What is never a task.</summary>
    public static RoomService Greeter { get; } = new("greeter", static async (room, cancellationToken) =>
        await room.Agents.RegisterAsync(Agent.Create("greet", ToolResponse (Guest guest) => new TextResponse($"Hello, {guest.Name}!"), new() { Description = "Greets a guest, at once." }), cancellationToken: cancellationToken))
    { Grants = Grants.AgentDefault };

    /// <summary>Asks before it takes long: then the question is no task's.</summary>
    public static Tool AskFirst { get; } = Make("tool_with_task", async (CallContext call) =>
    {
        var answer = await TestTools.AskAsync(call, "What is your name?", TestTools.NameForm, "user_name");
        await WaitAsync(Long, call);
        return $"Hello, {answer.GetProperty("content")}!";
    });

    private static Tool Make(string name, Delegate code) => Tool.Create(name, code, new() { Description = "What the suite calls to see tasks." });

    private static async Task<string> ComputeAsync(int seconds, string label, CallContext call)
    {
        await WaitAsync(TimeSpan.FromSeconds(seconds), call);
        return $"{label}: computed for {seconds} s.";
    }

    private static async Task<string> FailAsync(CallContext call)
    {
        await WaitAsync(TimeSpan.FromSeconds(1), call);
        throw new ToolException("The job has failed, as it always does.");
    }

    /// <summary>A client that has not declared the places that it works in is told so by an error of the protocol.</summary>
    private static async Task<JsonElement> NeedRootsAsync(CallContext call)
    {
        await WaitAsync(Long, call);
        return await TestTools.CallClientAsync(call, "list_roots", new { });
    }

    private static async Task<string> ConfirmAsync(string filename, CallContext call)
    {
        await WaitAsync(Long, call);
        var answer = await TestTools.AskAsync(call, $"Delete {filename}?", TestTools.Form("""{"confirm":{"type":"boolean"}}"""), "confirm");
        return $"{filename}: {answer.GetProperty("action")}";
    }

    private static async Task<string> AskTwoAsync(CallContext call)
    {
        await WaitAsync(Long, call);
        var answers = await Task.WhenAll(
            TestTools.AskAsync(call, "What is your name?", TestTools.NameForm, "user_name"),
            TestTools.AskAsync(call, "And your other name?", TestTools.NameForm, "other_name"));
        return string.Join('\n', answers);
    }

    private static Task WaitAsync(TimeSpan time, CallContext call) => Task.Delay(time, TimeProvider.System, call.CancellationToken);

    private sealed record Guest(string Name);
}
