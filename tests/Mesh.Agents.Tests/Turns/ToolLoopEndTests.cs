using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Turns;

/// <summary>Turns that are cancelled, or left by their reader, in every phase.</summary>
public sealed class ToolLoopEndTests : AgentRoom
{
    private readonly List<ChatMessage> _messages = [User("?")];
    private readonly Signal _started = new();
    private readonly Signal _cancelled = new();

    private Tool Hang => Tool.Create("hang", async (CancellationToken token) =>
    {
        _started.Set();
        await _cancelled.SetWhenCancelledAsync(token);
    });

    private static Tool Quick => Tool.Create("quick", () => 1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelled_in_the_middle_of_a_call_it_ends_the_call_and_keeps_what_was_done(bool isWatched)
    {
        var functions = await OfferAsync("kit", Hang, Quick);
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("kit_quick").ThenCalls("kit_hang"));

        await CancelInTheMiddleAsync(model, functions, isWatched);
        Assert.Equal("1", ResultOf(_messages, "call-1"));
        Assert.Contains("was interrupted", ResultOf(_messages, "call-2"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelled_in_the_middle_of_an_approval_it_runs_nothing_and_asks_no_longer(bool isWatched)
    {
        int runs = 0;
        var person = await JoinAsync("eve", ParticipantRole.User, async (_, token) =>
        {
            _started.Set();
            await _cancelled.SetWhenCancelledAsync(token);
            return ApprovalAnswer.Approved;
        });
        await OfferAsync("disk", Tool.Create("delete", () => Interlocked.Increment(ref runs), new ToolOptions { RequiresApproval = true }), Quick);
        var functions = await RoomFunctions.OfAsync(person).InTime();
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("disk_quick").ThenCalls("disk_delete"));

        await CancelInTheMiddleAsync(model, functions, isWatched);
        Assert.Equal(("1", 0), (ResultOf(_messages, "call-1"), runs));
        Assert.Contains("was interrupted", ResultOf(_messages, "call-2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_before_the_model_has_said_anything_it_leaves_the_messages_as_they_were()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Empty.After(TimeSpan.FromMinutes(1)).ThenSays("late")) { Clock = Clock };
        using var cancel = new CancellationTokenSource();

        var run = RunAsync(model, RoomFunctions.None(Bot), false, cancel.Token);
        await Clock.TimerWithinAsync(TimeSpan.FromMinutes(1));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.InTime());
        Assert.Single(_messages);
    }

    [Fact]
    public async Task Cancelled_while_the_model_speaks_it_keeps_what_was_said()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It ").After(TimeSpan.FromMinutes(1)).ThenSays("is")) { Clock = Clock };
        using var cancel = new CancellationTokenSource();

        var run = RunAsync(model, RoomFunctions.None(Bot), true, cancel.Token);
        await Clock.TimerWithinAsync(TimeSpan.FromMinutes(1));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.InTime());
        Assert.Equal(("It ", true), (_messages[^1].Text, _messages[^1].AdditionalProperties?[ToolLoop.InterruptedKey]));
    }

    [Fact]
    public async Task Cancelled_before_it_began_it_asks_nobody()
    {
        using var model = new ScriptedChatClient();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(model, RoomFunctions.None(Bot), false, new(true)).InTime());

        Assert.Empty(model.Requests);
        Assert.Single(_messages);
    }

    [Fact]
    public async Task A_reader_who_leaves_cancels_the_calls_that_run()
    {
        var functions = await OfferAsync("kit", Tool.Create("tell", async (CallContext call) =>
        {
            try
            {
                await call.ReportProgressAsync(1);
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
            }
            finally
            {
                _cancelled.Set();
            }
        }));
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("kit_tell"));

        await foreach (var update in new ToolLoop(model).StreamAsync(functions, _messages))
        {
            if (update.Contents.OfType<ToolProgressContent>().Any())
            {
                break;
            }
        }

        await _cancelled.InTime();
        AssertConsistent(_messages);
        Assert.Contains("was interrupted", ResultOf(_messages, "call-1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_who_leaves_while_the_model_speaks_leaves_consistent_messages()
    {
        var functions = await OfferAsync("kit", Quick);
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It ").ThenCalls("kit_quick").ThenSays("is"));

        await foreach (var update in new ToolLoop(model).StreamAsync(functions, _messages))
        {
            if (update.Contents.OfType<FunctionCallContent>().Any())
            {
                break;
            }
        }

        AssertConsistent(_messages);
        Assert.Equal(3, _messages.Count);
    }

    [Fact]
    public async Task A_stream_that_is_not_read_does_nothing()
    {
        using var model = new ScriptedChatClient();

        _ = new ToolLoop(model).StreamAsync(RoomFunctions.None(Bot), _messages);

        await Task.CompletedTask;
        Assert.Empty(model.Requests);
    }

    [Fact]
    public async Task A_provider_that_leaves_in_the_middle_is_told_to_the_model_as_unknown()
    {
        var provider = await JoinAsync("has-kit");
        await provider.Toolkits.RegisterAsync(new Toolkit("kit", Hang)).InTime();
        var functions = await RoomFunctions.OfAsync(Bot).InTime();
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("kit_hang"), ScriptedTurn.Says("ok").ExpectingResult("It is unknown whether the call had its effect"));

        var run = RunAsync(model, functions, false, default);
        await _started.InTime();
        await provider.DisposeAsync().InTime();

        await run.InTime();
        model.AssertFinished();
    }

    /// <summary>Cancels a turn when what it waits for has begun, and sees that this hears of it.</summary>
    private async Task CancelInTheMiddleAsync(ScriptedChatClient model, RoomFunctions functions, bool isWatched)
    {
        using var cancel = new CancellationTokenSource();
        var run = RunAsync(model, functions, isWatched, cancel.Token);
        await _started.InTime();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.InTime());
        await _cancelled.InTime();
        AssertConsistent(_messages);
    }

    private async Task RunAsync(ScriptedChatClient model, RoomFunctions functions, bool isWatched, CancellationToken cancellationToken)
    {
        if (!isWatched)
        {
            await new ToolLoop(model).RunAsync(functions, _messages, null, cancellationToken);
            return;
        }

        await foreach (var update in new ToolLoop(model).StreamAsync(functions, _messages, null, cancellationToken))
        {
            _ = update;
        }
    }
}
