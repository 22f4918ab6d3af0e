namespace Mesh.Contracts;

/// <summary>Host code that sees every call first.</summary>
public abstract class RoomClientFilterContract : RoomClientContract
{
    private static readonly Tool Echo = Tool.Create("echo", (string text) => text);

    [Fact]
    public async Task A_filter_may_change_arguments_and_target()
    {
        StartWith(new Filter(request => request.Target.Path switch
        {
            "kit/echo" => request with { Arguments = JsonPayload.FromUtf8(Utf8("""{"text":"changed"}""")) },
            "old/name" => request with { Target = "kit/echo" },
            _ => request,
        }));
        await OfferAsync("ada", Echo);
        var bob = await JoinAsync("bob");
        Assert.Equal("changed", await bob.Toolkits.InvokeAsync<string>("kit/echo", new { text = "given" }).InTime());
        Assert.Equal("given", await bob.Toolkits.InvokeAsync<string>("old/name", new { text = "given" }).InTime());
        Assert.Equal(2, EntriesOf("kit/echo").Count);
    }

    [Fact]
    public async Task What_a_filter_makes_is_checked_like_what_a_caller_sends()
    {
        StartWith(new Filter(request => request.Target.Path == "kit/echo" ? request with { Arguments = JsonPayload.FromUtf8(Utf8("""{"text":7}""")) } : request));
        await OfferAsync("ada", Echo);
        var bob = await JoinAsync("bob", Tools("kit/echo"));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/echo", new { text = "given" })));
    }

    [Fact]
    public async Task A_filter_may_refuse_with_an_error_of_its_own()
    {
        StartWith(new Filter(request => request.Target.Path == "kit/echo" ? throw new MeshException(new MeshError(new MeshErrorCode("quota"), "Come back tomorrow.")) : request));
        await OfferAsync("ada", Echo);
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/echo", new { text = "x" }));
        Assert.Equal(("quota", "Come back tomorrow."), (error.Code.Value, error.Message));
        Assert.Equal("quota", EntriesOf("kit/echo")[0].ErrorCode?.Value);
    }

    [Fact]
    public async Task Filters_run_in_order_and_learn_how_calls_end()
    {
        var seen = new List<string>();
        StartWith(
            new Filter(request => Note(request, "first"), (_, outcome) => Told(outcome, "first")),
            new Filter(request => Note(request, "second"), (_, outcome) => Told(outcome, "second")));
        await OfferAsync("ada", Echo);
        var bob = await JoinAsync("bob");
        lock (seen)
        {
            seen.Clear();
        }

        await bob.Toolkits.TryInvokeAsync("kit/echo", new { text = "x" }).InTime();
        await bob.Toolkits.TryInvokeAsync("kit/none").InTime();
        Assert.Equal(
            ["first", "second", "first Result", "second Result", "first", "second", "first not_found", "second not_found"], seen);

        CallRequest Note(CallRequest request, string who)
        {
            lock (seen)
            {
                seen.Add(who);
            }

            return request;
        }

        void Told(CallOutcome outcome, string who)
        {
            lock (seen)
            {
                seen.Add($"{who} {outcome.Error?.Code.Value ?? outcome.Status.ToString()}");
            }
        }
    }

    [Theory]
    [InlineData("id")]
    [InlineData("root")]
    [InlineData("parent")]
    [InlineData("null")]
    [InlineData("throw")]
    public async Task A_filter_cannot_change_ids_and_its_failures_stay_with_the_host(string how)
    {
        StartWith(new Filter(request => request.Target.Path != "kit/echo" ? request : how switch
        {
            "id" => request with { Id = new MeshId(1, 2) },
            "root" => request with { RootId = new MeshId(1, 2) },
            "parent" => request with { ParentId = new MeshId(1, 2) },
            "null" => null!,
            _ => throw new InvalidOperationException("secret"),
        }));
        await OfferAsync("ada", Echo);
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/echo", new { text = "x" }));
        AssertCode(MeshErrorCode.HandlerFailed, error);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(MeshFaultKind.Host, Assert.Single(Faults).Kind);
    }

    [Fact]
    public async Task A_filter_that_fails_at_the_end_changes_nothing()
    {
        StartWith(new Filter(request => request, (_, _) => throw new InvalidOperationException("secret")));
        await OfferAsync("ada", Echo);
        var bob = await JoinAsync("bob");
        Assert.Equal("x", await bob.Toolkits.InvokeAsync<string>("kit/echo", new { text = "x" }).InTime());
        Assert.All(Faults, fault => Assert.Equal(MeshFaultKind.Host, fault.Kind));
        Assert.NotEmpty(Faults);
    }

    [Fact]
    public async Task A_filter_that_waits_ends_with_the_call()
    {
        var waiting = new Signal();
        StartHost(options => options with { Filters = [new WaitingFilter(waiting, TestEnds)] });
        await OfferAsync("ada", Echo);
        var bob = await JoinAsync("bob");
        using var cancel = new CancellationTokenSource();
        var call = bob.Toolkits.TryInvokeAsync("kit/echo", new { text = "x" }, cancellationToken: cancel.Token);
        await waiting.InTime();
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
    }

    private void StartWith(params ICallFilter[] filters) => StartHost(options => options with { Filters = filters });

    private sealed class Filter(Func<CallRequest, CallRequest> onCall, Action<CallRequest, CallOutcome>? onOutcome = null) : ICallFilter
    {
        public ValueTask<CallRequest> OnCallAsync(CallRequest request, Participant caller, CancellationToken cancellationToken) => new(onCall(request));

        public void OnOutcome(CallRequest request, Participant caller, CallOutcome outcome) => onOutcome?.Invoke(request, outcome);
    }

    private sealed class WaitingFilter(Signal waiting, Signal end) : ICallFilter
    {
        public async ValueTask<CallRequest> OnCallAsync(CallRequest request, Participant caller, CancellationToken cancellationToken)
        {
            if (request.Target.Path == "kit/echo")
            {
                waiting.Set();
                await end.WaitAsync(cancellationToken);
            }

            return request;
        }
    }
}
