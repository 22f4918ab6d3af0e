using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Calls;

/// <summary>
/// The law of budgets, tried on random trees of calls that return, fail, are cancelled or lose their provider: no budget is
/// overspent in calls, depth or money; each has counted what the journal says was used within it, so that every
/// reservation was settled exactly once; and nothing is reserved any more when all calls are over.
/// </summary>
public sealed class BudgetLawTests
{
    [Theory]
    [InlineData(ConnectionKind.Direct, 400)]
    [InlineData(ConnectionKind.Serialised, 150)]
    public async Task Nothing_is_overspent_and_every_reservation_is_settled_once(ConnectionKind connection, int count)
    {
        int refused = 0, lost = 0, failed = 0, cancelled = 0, retried = 0;
        foreach (var forest in Forest.Generator.Sample(count, new Rnd(17), 10))
        {
            await using var run = new Run(forest, connection);
            await run.RunAsync();
            run.CheckLaws();
            refused += run.Refused;
            retried += run.Entries.Count(entry => entry.Attempt == 2);
            lost += run.Entries.Count(entry => entry.Status == CallStatus.Unknown);
            failed += run.Entries.Count(entry => entry.ErrorCode == MeshErrorCode.HandlerFailed);
            cancelled += run.Entries.Count(entry => entry.Status == CallStatus.Cancelled);
        }

        // A law that is never put to the test holds always.
        Assert.All([refused, lost, failed, cancelled, retried], times => Assert.InRange(times, 10, int.MaxValue));
    }

    /// <summary>One forest, run to its end.</summary>
    private sealed class Run(Forest forest, ConnectionKind connection) : IAsyncDisposable
    {
        private const long RoomCalls = 1_000_000;

        private readonly MemoryJournal _journal = new();
        private readonly ConcurrentDictionary<string, Node> _nodes = new();
        private readonly ConcurrentDictionary<string, Signal> _hanging = new();
        private readonly ConcurrentDictionary<MeshId, (Node Node, CallState? Call)> _made = new();
        private readonly List<RoomMember> _members = [];
        private MeshHost _host = null!;
        private Room _room = null!;
        private int _refused;

        public int Refused => _refused;

        public JournalEntry[] Entries { get; private set; } = [];

        public ValueTask DisposeAsync() => _host.DisposeAsync();

        public async Task RunAsync()
        {
            _host = new MeshHost(new()
            {
                Journal = _journal,
                ConfigureRoom = _ => new() { Budget = new() { Calls = RoomCalls, Cost = forest.RoomCost } },
            });
            for (int i = 0; i < forest.ProviderCosts.Length; i++)
            {
                var provider = await JoinAsync($"p{i}", Grants.Full, ParticipantRole.Agent, forest.ProviderCosts[i]);
                await provider.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("run", ServeAsync, new() { Annotations = new() { Idempotent = forest.Idempotent } }))).InTime();
            }

            var bob = await JoinAsync("bob", Grants.UserDefault, ParticipantRole.User, forest.CallerCost);
            await CallAllAsync(bob, forest.Trees, "t", forest.TreesAtOnce).InTime();

            await DisposeAsync().InTime();
            await AllHaveEndedAsync();
            Entries = [.. _journal.ToList().Where(entry => entry.Kind == JournalEntryKind.Call && entry.Target.Toolkit == "kit")];
        }

        public void CheckLaws()
        {
            var byId = Entries.ToDictionary(entry => entry.CallId);
            Check(Entries.All(entry => entry.Usage is null || _made.ContainsKey(entry.CallId)), "what was not made has used nothing");
            foreach (var (id, (node, call)) in _made.Where(made => byId.ContainsKey(made.Key)))
            {
                var within = Entries.Where(entry => LineageOf(entry, byId).Any(each => each.CallId == id)).ToArray();
                var made = within.Where(entry => _made.ContainsKey(entry.CallId)).ToArray();
                Check(made.Length <= (node.Budget?.Calls ?? long.MaxValue), $"{made.Length} calls in a budget of {node.Budget?.Calls}");
                int levels = made.Max(entry => LineageOf(entry, byId).Count()) - LineageOf(byId[id], byId).Count() + 1;
                Check(levels <= (node.Budget?.Depth ?? int.MaxValue), $"{levels} levels in a budget of {node.Budget?.Depth}");
                if (call is not null)
                {
                    CheckMoney(node.Budget?.Cost, call.Account?.Spending, call.Parent is null ? "the tree of calls" : "the call's own budget", within);
                }
            }

            foreach (var member in _members)
            {
                var caused = Entries.Where(entry => LineageOf(entry, byId).Any(each => each.CallerId == member.Snapshot.Id)).ToArray();
                CheckMoney(member.Grants.Budget!.Cost, member.Account?.Spending, $"the budget of '{member.Snapshot.Name}'", caused);
            }

            CheckMoney(forest.RoomCost, _room.Account!.Spending, "the budget of room 'r'", Entries);

            // What was sent to a provider that left before it came to it was made, as far as the room knows.
            long counted = RoomCalls - _room.Account.RemainingCalls!.Value - _journal.ToList().Count(entry => entry.Kind == JournalEntryKind.Call && entry.Target.Toolkit != "kit");
            Check(connection == ConnectionKind.Direct ? counted == _made.Count : counted >= _made.Count, $"{counted} calls are counted of {_made.Count} that were made");
        }

        private void CheckMoney(decimal? limit, SpendingAccounts? accounts, string owner, JournalEntry[] within)
        {
            if (limit is not null)
            {
                var account = accounts!.All.First(account => account.Owner == owner);
                decimal used = within.Sum(entry => entry.Usage?.Cost ?? 0);
                Check(account.Reserved == 0, $"{account.Reserved} stay reserved in {owner}");
                Check(account.Spent == used, $"{account.Spent} are counted in {owner}, and {used} were used");
                Check(used <= limit, $"{used} were spent of {limit} in {owner}");
            }
        }

        private void Check(bool holds, string law) => Assert.True(holds, $"{law}, on {connection}: {forest}");

        private static IEnumerable<JournalEntry> LineageOf(JournalEntry entry, Dictionary<MeshId, JournalEntry> byId)
        {
            yield return entry;
            while (byId.TryGetValue(entry.ParentId, out entry))
            {
                yield return entry;
            }
        }

        private async Task<RoomClient> JoinAsync(string name, Grants grants, ParticipantRole role, decimal? cost)
        {
            var client = await _host.JoinAsync("r", name, grants with { Budget = new() { Cost = cost } }, new() { Role = role, Connection = connection }).InTime();
            _room = _host.OpenRooms.Single();
            _members.Add(_room.FindMember(name)!);
            return client;
        }

        /// <summary>Calls of participants that left are waited for by nobody else: each must have its entry.</summary>
        private async Task AllHaveEndedAsync()
        {
            var ended = new HashSet<MeshId>();
            await using var entries = _journal.WatchAsync(new() { After = 0 }).GetAsyncEnumerator();
            while (!_made.Keys.All(ended.Contains))
            {
                Check(await entries.MoveNextAsync().InTime(), "each call that was made has its entry");
                ended.Add(entries.Current.CallId);
            }
        }

        private async Task CallAllAsync(RoomClient client, Node[] nodes, string prefix, bool atOnce)
        {
            var calls = new List<Task>();
            foreach (var (i, node) in nodes.Index())
            {
                calls.Add(CallAsync(client, node, prefix + i));
                await (atOnce ? Task.CompletedTask : calls[^1]);
            }

            await Task.WhenAll(calls);
        }

        private async Task CallAsync(RoomClient client, Node node, string name)
        {
            var hanging = _hanging[name] = new Signal();
            _nodes[name] = node;
            using var cancel = new CancellationTokenSource();
            var call = client.Toolkits.TryInvokeAsync(
                node.Provider is { } provider ? $"kit/run@p{provider}" : "kit/run", new { name }, new() { Budget = node.Budget }, cancellationToken: cancel.Token).AsTask();
            await Task.WhenAny(call, hanging.WaitAsync(CancellationToken.None));
            await (call.IsCompleted ? Task.CompletedTask : cancel.CancelAsync());
            await call;
        }

        private async Task ServeAsync(string name, CallContext call)
        {
            var node = _nodes[name];
            _made[call.Request.Id] = (node, call as CallState ?? _host.FindLiveCall(call.Request.Id));
            var reserved = await TryReserveAsync(call, node.Estimate);
            await CallAllAsync(call.Room, node.Children, $"{name}-", node.ChildrenAtOnce);
            await (node.Money switch
            {
                MoneyEnd.Settle => reserved?.SettleAsync(new(1, 1, node.Cost)),
                MoneyEnd.Dispose => reserved?.DisposeAsync(),
                _ => null,
            } ?? default);
            switch (node.End)
            {
                case NodeEnd.Throw:
                    throw new InvalidOperationException("As it was told.");
                case NodeEnd.HangUntilCancelled:
                    _hanging[name].Set();
                    await new Signal().WaitAsync(call.CancellationToken);
                    break;
                case NodeEnd.Leave:
                    await call.Room.DisposeAsync();
                    await new Signal().WaitAsync(call.CancellationToken);
                    break;
            }
        }

        private async Task<CostReservation?> TryReserveAsync(CallContext call, decimal estimate)
        {
            try
            {
                return await call.ReserveCostAsync(estimate);
            }
            catch (MeshException exception) when (exception.Code == MeshErrorCode.BudgetExceeded)
            {
                Interlocked.Increment(ref _refused);
                return null;
            }
        }
    }
}
