using System.Collections.Concurrent;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Connections.Wire;

/// <summary>What a far end that breaks the rules may say of money.</summary>
public sealed class ReservationTests
{
    [Fact]
    public void Usage_and_reservations_cross_as_they_are()
    {
        foreach (var frame in new CallFrame[]
        {
            new ReserveFrame(7, 0), new ReserveFrame(7, 0.25m), new UsageFrame(new(1, 2, 0.5m)), new UsageFrame(new(1, 2, 0.5m), 7), new UsageFrame(null, 7),
        })
        {
            var message = WireMessage.Decode(new WireMessage(header => new("frame") { Frame = frame.ToWire(header) }).Encode());
            Assert.Equal(frame, message.Header.Frame!.FromWire(message));
        }
    }

    [Theory]
    [InlineData("""{"reservation":1,"estimate":-1}""")]
    [InlineData("""{"reservation":0,"estimate":1}""")]
    [InlineData("""{"reservation":1,"usage":{"inputTokens":-1,"outputTokens":0,"cost":0}}""")]
    [InlineData("""{"reservation":1,"usage":{"inputTokens":0,"outputTokens":0,"cost":-1}}""")]
    public void Less_than_nothing_is_malformed(string frame)
    {
        var error = Assert.Throws<MeshException>(() =>
        {
            var message = WireMessage.Decode(System.Text.Encoding.UTF8.GetBytes($$"""{"type":"frame","id":1,"frame":{{frame}}}""" + "\n"));
            return message.Header.Frame!.FromWire(message);
        });
        Assert.Equal(MeshErrorCode.ProtocolError, error.Code);
    }

    [Fact]
    public async Task A_reservation_that_comes_between_the_end_of_a_call_and_that_of_its_token_is_no_fault()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var faults = new ConcurrentQueue<MeshFault>();
        await using var mesh = new MeshHost(new() { OnFault = faults.Enqueue });
        await using var ada = await mesh.JoinAsync("r", "ada", Grants.Full, new() { Connection = ConnectionKind.Serialised }, cancellationToken);
        var (reserved, failed) = (new Signal(), new Signal());
        await ada.Toolkits.RegisterAsync(
            Toolkit.Create("t", Tool.Create("one", async (CallContext call) =>
            {
                await reserved.WaitAsync(cancellationToken);
                try
                {
                    await call.ReserveAsync(1);
                }
                finally
                {
                    failed.Set();
                }
            })),
            cancellationToken: cancellationToken);
        await using var bob = await mesh.JoinAsync("r", "bob", Grants.Full, cancellationToken: cancellationToken);
        var calling = bob.Toolkits.TryInvokeAsync("t/one", cancellationToken: cancellationToken);
        var call = Assert.Single(Assert.Single(mesh.OpenRooms).TrackedCalls(), life => life.Call.Member.Snapshot.Name == "bob").Call;
        call.EndForCaller(CallErrors.CallerLeft(call));
        reserved.Set();
        await failed.InTime();
        await calling.InTime();
        call.EndForHandler();
        await ada.DisposeAsync().InTime();
        Assert.Empty(faults);
    }

    [Fact]
    public async Task A_number_that_is_open_or_was_never_given_changes_nothing()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var mesh = new MeshHost();
        await using var ada = await mesh.JoinAsync("r", "ada", Grants.Full with { Budget = new() { Cost = 1 } }, cancellationToken: cancellationToken);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("t", Tool.Create("one", async (CallContext call) =>
        {
            var state = (CallState)call;
            Assert.Null(state.TryReserve(new(5, 0.5m)));
            Assert.Equal(MeshErrorCode.ProtocolError, state.TryReserve(new(5, 0.25m))?.Code);
            await state.EmitAsync(new UsageFrame(new(0, 0, 0.125m), 6));
            await state.EmitAsync(new UsageFrame(null, 7));
            var accounts = state.Account!.Spending!;
            Assert.Equal(0.375m, accounts.RemainingCost);
            await state.EmitAsync(new UsageFrame(null, 5));
            await state.EmitAsync(new UsageFrame(null, 5));
            return accounts.RemainingCost;
        })), cancellationToken: cancellationToken);
        Assert.Equal(0.875m, await ada.Toolkits.InvokeAsync<decimal>("t/one", cancellationToken: cancellationToken));
    }
}
