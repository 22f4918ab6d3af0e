using System.Collections.Concurrent;
using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Toolkits;

public sealed class ToolRunnerTests
{
    /// <summary>What a handler runs into when its call was ended from outside.</summary>
    public static TheoryData<Exception> Ends =>
    [
        new OperationCanceledException(),
        new MeshException(new MeshError(MeshErrorCode.CallEnded, "A frame that nobody takes.")),
        new MeshException(new MeshError(MeshErrorCode.Cancelled, "A call that ended with this one.")),
    ];

    [Theory]
    [MemberData(nameof(Ends), DisableDiscoveryEnumeration = true)]
    public async Task What_a_cancelled_call_throws_is_no_fault_of_its_tool(Exception thrown)
    {
        var (outcome, faults) = await RunAsync(thrown, new CancellationToken(canceled: true));

        Assert.Equal(CallStatus.Cancelled, outcome.Status);
        Assert.Empty(faults);
    }

    [Theory]
    [MemberData(nameof(Ends), DisableDiscoveryEnumeration = true)]
    public async Task Nor_is_what_a_call_throws_that_is_over_before_its_token_is_cancelled(Exception thrown)
    {
        var (outcome, faults) = await RunAsync(thrown, CancellationToken.None, hasEnded: true);

        Assert.Equal(CallStatus.Cancelled, outcome.Status);
        Assert.Empty(faults);
    }

    [Fact]
    public async Task A_frame_that_comes_between_the_end_of_a_call_and_that_of_its_token_is_no_fault()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var faults = new List<MeshFault>();
        CallState? ended = null;
        await using var mesh = new MeshHost(new MeshHostOptions { OnFault = faults.Add });
        await using var ada = await mesh.JoinAsync("r", "ada", Grants.Full, cancellationToken: cancellationToken);
        await ada.Toolkits.RegisterAsync(
            Toolkit.Create("t", Tool.Create("write", (CallContext call) =>
            {
                ended = (CallState)call;
                ended.EndForCaller(CallErrors.CallerLeft(ended));
                return call.WriteAsync(new TextPart("x")).AsTask();
            })),
            cancellationToken: cancellationToken);

        var outcome = await ada.Toolkits.TryInvokeAsync("t/write", cancellationToken: cancellationToken);

        ended!.EndForHandler();
        Assert.Equal(CallStatus.Cancelled, outcome.Status);
        Assert.Empty(faults);
    }

    [Theory]
    [MemberData(nameof(Ends), DisableDiscoveryEnumeration = true)]
    public async Task The_same_without_a_cancelled_call_is_one(Exception thrown)
    {
        var (outcome, faults) = await RunAsync(thrown, CancellationToken.None);

        Assert.Equal(MeshErrorCode.HandlerFailed, outcome.Error?.Code);
        Assert.Same(thrown, Assert.Single(faults).Exception);
    }

    /// <summary>A task may be more than the method says: what it brings beyond that is nobody's answer.</summary>
    [Fact]
    public async Task What_a_method_returns_is_read_by_its_signature_alone()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var mesh = new MeshHost();
        await using var ada = await mesh.JoinAsync("r", "ada", Grants.Full, cancellationToken: cancellationToken);
        await ada.Toolkits.RegisterAsync(
            Toolkit.Create(
                "t",
                Tool.Create("response", Task () => ResponseAsync()),
                Tool.Create("outcome", Task () => OutcomeAsync()),
                Tool.Create("given", () => ResponseAsync())),
            cancellationToken: cancellationToken);
        var response = ada.Toolkits.TryInvokeAsync("t/response", cancellationToken: cancellationToken);
        var outcome = ada.Toolkits.TryInvokeAsync("t/outcome", cancellationToken: cancellationToken);
        var given = ada.Toolkits.TryInvokeAsync("t/given", cancellationToken: cancellationToken);
        goOn.SetResult();
        Assert.IsType<EmptyResponse>((await response).Response);
        Assert.IsType<EmptyResponse>((await outcome).Response);
        Assert.Equal("secret", Assert.IsType<TextResponse>((await given).Response).Text);

        async Task<ToolResponse> ResponseAsync()
        {
            await goOn.Task.ConfigureAwait(false);
            return new TextResponse("secret");
        }

        async Task<CallOutcome> OutcomeAsync() => CallOutcome.FromResult(await ResponseAsync().ConfigureAwait(false));
    }

    [Theory]
    [InlineData(false, "provider_lost")]
    [InlineData(true, "unavailable")]
    public async Task A_handler_that_cannot_call_any_more_since_its_participant_leaves_is_ended_with_it_and_is_no_fault(bool isReadOnly, string code)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var faults = new ConcurrentQueue<MeshFault>();
        var (begun, go) = (new Signal(), new Signal());
        await using var mesh = new MeshHost(new MeshHostOptions { OnFault = faults.Enqueue });
        await using var ada = await mesh.JoinAsync("r", "ada", Grants.Full, cancellationToken: cancellationToken);
        await ada.Toolkits.RegisterAsync(
            Toolkit.Create("t", Tool.Create(
                "look",
                async (CallContext call) =>
                {
                    begun.Set();
                    await go.WaitAsync(cancellationToken);
                    return (await call.Room.Toolkits.ListAsync(cancellationToken: cancellationToken)).Count;
                },
                new ToolOptions { Annotations = new() { ReadOnly = isReadOnly } })),
            cancellationToken: cancellationToken);
        await using var bob = await mesh.JoinAsync("r", "bob", Grants.Full, cancellationToken: cancellationToken);
        var calling = bob.Toolkits.TryInvokeAsync("t/look", cancellationToken: cancellationToken);
        await begun.InTime();

        // What leaving does first, before it ends the calls that are served.
        var leaving = Assert.Single(mesh.OpenRooms).FindMember("ada")!;
        leaving.Leave();
        go.Set();
        var outcome = await calling.InTime();
        leaving.EndCalls();

        Assert.Equal(code, outcome.Error!.Code.ToString());
        Assert.Empty(faults);
    }

    private static async Task<(CallOutcome Outcome, List<MeshFault> Faults)> RunAsync(Exception thrown, CancellationToken ofCall, bool hasEnded = false)
    {
        var faults = new List<MeshFault>();
        await using var mesh = new MeshHost(new MeshHostOptions { OnFault = faults.Add });
        await using var ada = await mesh.JoinAsync("r", "ada", cancellationToken: TestContext.Current.CancellationToken);
        var id = ada.Session;
        var request = new CallRequest { Id = id, RootId = id, Target = "t/fail" };
        var outcome = await ToolRunner.Run(
            Tool.Create("fail", int () => throw thrown), new Ended(request, ada, mesh, hasEnded, ofCall), JsonElement.Parse("{}")).AsValueTask();
        return (outcome, faults);
    }

    /// <summary>A call of which nothing matters but how it ends.</summary>
    private sealed class Ended : CallContext
    {
        public Ended(CallRequest request, RoomClient room, MeshHost host, bool hasEnded, CancellationToken ofCall)
            : base(request, room.Self)
        {
            Room = room;
            Host = host;
            CancellationToken = ofCall;
            HasEnded = hasEnded;
        }

        public override Participant? OnBehalfOf => null;

        public override CancellationToken CancellationToken { get; }

        public override bool HasEnded { get; }

        public override IAsyncEnumerable<ContentPart> Input => EmptyInput.Instance;

        internal override MeshHost Host { get; }

        internal override ValueTask EmitAsync(CallFrame frame) => default;

        internal override ValueTask<long> ReserveAsync(decimal estimate) => new(1);
    }
}
