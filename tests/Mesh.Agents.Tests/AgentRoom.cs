using System.Collections.Concurrent;
using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests;

/// <summary>A room with a clock that stands still: bob is a person, bot an agent, and more may come.</summary>
public abstract class AgentRoom : IAsyncLifetime
{
    private readonly List<RoomClient> _clients = [];

    protected ManualTimeProvider Clock { get; } = new();

    protected MemoryJournal Journal { get; } = new();

    protected ConcurrentQueue<MeshFault> Faults { get; } = new();

    protected MeshHost Host { get; private set; } = null!;

    protected RoomClient Bob { get; private set; } = null!;

    protected RoomClient Bot { get; private set; } = null!;

    protected virtual RoomOptions Room { get; } = new();

    protected virtual Approver? BobsApprover => null;

    protected static ChatMessage User(string text) => new(ChatRole.User, text);

    public async ValueTask InitializeAsync()
    {
        Host = new MeshHost(new() { TimeProvider = Clock, Journal = Journal, OnFault = Faults.Enqueue, DrainTimeout = TimeSpan.Zero, ConfigureRoom = _ => Room });
        Bob = await JoinAsync("bob", ParticipantRole.User, BobsApprover);
        Bot = await JoinAsync("bot", ParticipantRole.Agent);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync().InTime();
        }

        await Host.DisposeAsync().InTime();
        GC.SuppressFinalize(this);
    }

    protected async Task<RoomClient> JoinAsync(string name, ParticipantRole role = ParticipantRole.Agent, Approver? approver = null)
    {
        var client = await Host.JoinAsync("den", name, role == ParticipantRole.User ? null : Grants.AgentDefault, new() { Role = role, Approver = approver }).InTime();
        _clients.Add(client);
        return client;
    }

    /// <summary>Tools of another participant, as functions for bot.</summary>
    protected async Task<RoomFunctions> OfferAsync(string toolkit, params Tool[] tools)
    {
        var provider = await JoinAsync($"has-{toolkit}");
        await provider.Toolkits.RegisterAsync(new Toolkit(toolkit, tools)).InTime();
        return await RoomFunctions.OfAsync(Bot).InTime();
    }

    /// <summary>Runs something in a call that bob makes of bot.</summary>
    protected async Task<CallOutcome> InCallAsync(Func<CallContext, Task> run, CallOptions? options = null)
    {
        await using var registration = await Bot.Toolkits.RegisterAsync(Toolkit.Create("work", Tool.Create("run", async (CallContext call) => await run(call)))).InTime();
        return await Bob.Toolkits.TryInvokeAsync("work/run", null, options).InTime();
    }

    /// <summary>Every call has one result, and comes before it.</summary>
    protected static void AssertConsistent(IEnumerable<ChatMessage> messages)
    {
        var open = new HashSet<string>();
        foreach (var content in messages.SelectMany(message => message.Contents))
        {
            if (content is FunctionCallContent call)
            {
                Assert.True(open.Add(call.CallId));
            }
            else if (content is FunctionResultContent result)
            {
                Assert.True(open.Remove(result.CallId));
            }
        }

        Assert.Empty(open);
    }

    protected static string ResultOf(IEnumerable<ChatMessage> messages, string callId) =>
        messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>().Single(result => result.CallId == callId).Result!.ToString()!;
}
