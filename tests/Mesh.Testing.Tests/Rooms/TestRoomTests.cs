using Mesh.Contracts;

namespace Mesh.Testing.Tests.Rooms;

public sealed class TestRoomTests
{
    private static readonly ToolOptions Asked = new() { RequiresApproval = true };

    [Fact]
    public async Task Calls_are_narrowed_down_by_who_for_whom_what_and_how_they_ended()
    {
        await using var room = new TestRoom();
        var bob = await room.JoinPersonAsync("bob").InTime();
        await room.OfferAsync("sums", Tool.Create("add", (int a, int b) => a + b)).InTime();

        await bob.Toolkits.InvokeAsync<int>("sums/add", new { a = 1, b = 20 }).InTime();
        await bob.Toolkits.TryInvokeAsync("sums/add", new { a = "one" }).InTime();

        room.Calls("sums/add").By("bob").Times(2);
        room.Calls("sums/*").Succeeding().With("20").Giving("21").WithoutApproval().Costing(0).Once();
        room.Calls("sums/add").FailingWith(MeshErrorCode.InvalidArguments).Once();
        room.Calls("sums/add").By("ada").Never();
        room.Calls("sums/add").For("bob").Times(2);
        room.Calls("sums/add").For("ada").Never();
        room.Calls().Where("slow", entry => entry.Duration > TimeSpan.Zero).Never();
        Assert.Throws<JournalAssertionException>(() => room.Calls("sums/add").Never());
        Assert.Throws<JournalAssertionException>(() => room.Calls("sums/add").Once());
        Assert.Throws<JournalAssertionException>(() => room.Calls("sums/subtract").Once());
    }

    [Fact]
    public async Task Who_approved_and_who_refused_is_told_apart_from_who_was_not_asked()
    {
        await using var room = new TestRoom(new() { Room = new() { Approver = TestApprover.Always } });
        var yes = await room.JoinPersonAsync("yes", TestApprover.Where(request => request.Tool.Name == "run")).InTime();
        var no = await room.JoinPersonAsync("no", TestApprover.Never("not now")).InTime();
        var mute = await room.JoinPersonAsync("mute", (_, _) => new(ApprovalAnswer.PassedOn)).InTime();
        await room.OfferAsync("work", Tool.Create("run", () => 1, Asked), Tool.Create("walk", () => 1)).InTime();

        foreach (var person in new[] { yes, no, mute })
        {
            await person.Toolkits.TryInvokeAsync("work/run").InTime();
            await person.Toolkits.TryInvokeAsync("work/walk").InTime();
        }

        room.Calls("work/run").By("yes").ApprovedBy("yes").Succeeding().Once();
        room.Calls("work/run").By("no").RefusedBy("no").FailingWith(MeshErrorCode.ApprovalRefused).Once();
        room.Calls("work/run").By("mute").ApprovedBy("(room)").Once();
        room.Calls("work/walk").WithoutApproval().Times(3);
    }

    [Fact]
    public async Task Time_passes_when_the_test_says_so()
    {
        await using var room = new TestRoom(new() { ConfigureHost = host => host with { CallTimeout = TimeSpan.FromSeconds(5) } });
        var bob = await room.JoinPersonAsync("bob").InTime();
        await room.OfferAsync("slow", Tool.Create("wait", async (CancellationToken token) => await Task.Delay(Timeout.Infinite, token))).InTime();

        var call = bob.Toolkits.TryInvokeAsync("slow/wait").AsTask();
        await room.Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(5)).InTime();

        Assert.Equal(MeshErrorCode.DeadlineExceeded, (await call.InTime()).Error?.Code);
        room.Calls("slow/wait").FailingWith(MeshErrorCode.DeadlineExceeded).Once();
    }

    [Fact]
    public async Task What_went_wrong_unseen_is_a_fault()
    {
        await using var room = new TestRoom();
        room.AssertNoFaults();
        var bob = await room.JoinPersonAsync("bob", (_, _) => throw new InvalidOperationException("broken")).InTime();
        await room.OfferAsync("work", Tool.Create("run", () => 1, Asked)).InTime();

        await bob.Toolkits.TryInvokeAsync("work/run").InTime();

        Assert.NotEmpty(room.Faults);
        Assert.Contains("broken", Assert.Throws<JournalAssertionException>(room.AssertNoFaults).Message, StringComparison.Ordinal);
        room.Calls("work/run").WithoutApproval().Once();
    }

    [Fact]
    public async Task Everybody_leaves_when_it_is_disposed()
    {
        var room = new TestRoom();
        var bob = await room.JoinPersonAsync("bob").InTime();
        await room.JoinAgentAsync("bot").InTime();

        await room.DisposeAsync().InTime();

        await Assert.ThrowsAnyAsync<Exception>(() => bob.Toolkits.InvokeAsync<int>("a/b").InTime());
        await Assert.ThrowsAnyAsync<Exception>(() => room.JoinPersonAsync("eve").InTime());
    }
}
