using System.Collections.Concurrent;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Services.State;

/// <summary>
/// The law: whatever several participants do at once looks as if they had done it one after the other, in the order of the
/// versions, and each within the time that its call took. Watches tell of each key growing versions, and the last.
/// </summary>
public sealed class StateModelTests
{
    private const int Clients = 4;

    private static readonly string[] Keys = ["a.1", "a.2", "b"];

    private static readonly Gen<(Verb, string)[][]> Scripts = Gen.ArrayOf(
        Gen.ArrayOf(Gen.Elements(Enum.GetValues<Verb>()).Zip(Gen.Elements(Keys)).Select(each => (each.Item1, each.Item2)), 25), Clients);

    public enum Verb
    {
        Get,
        Put,
        Create,
        Update,
        UpdateToo,
        Delete,
        DeleteVersion,
    }

    [Theory]
    [InlineData(ConnectionKind.Direct, 60)]
    [InlineData(ConnectionKind.Serialised, 30)]
    public async Task State_is_linearisable_and_watches_tell_how_it_became(ConnectionKind connection, int scripts)
    {
        int conflicts = 0;
        foreach (var script in Scripts.Sample(scripts, new Rnd(2026), 20))
        {
            conflicts += await RunAsync(script, connection);
        }

        Assert.True(conflicts > scripts, $"Only {conflicts} conflicts.");
    }

    private static async Task<int> RunAsync((Verb Verb, string Key)[][] scripts, ConnectionKind connection)
    {
        await using var mesh = new MeshHost();
        var clients = new RoomClient[Clients];
        for (int i = 0; i < Clients; i++)
        {
            clients[i] = await mesh.JoinAsync("den", $"p{i}", null, new() { Connection = connection }).InTime();
        }

        var watcher = await mesh.JoinAsync("den", "watcher", null, new() { Connection = connection }).InTime();
        await using var slow = watcher.State.WatchAsync().GetAsyncEnumerator();
        Assert.True(await slow.MoveNextAsync().InTime());
        var watching = Task.Run(() => watcher.State.WatchAsync().TakeUntilAsync(change => change.Key == "end"));

        var history = new History();
        await Task.WhenAll(scripts.Select((script, i) => Task.Run(() => new Actor(clients[i], i, history).RunAsync(script)))).InTime();
        await clients[0].State.PutAsync("end", 0).InTime();

        var told = await watching.InTime();
        var toldLate = new List<StateChange>();
        do
        {
            Assert.True(await slow.MoveNextAsync().InTime());
            toldLate.Add(slow.Current);
        }
        while (slow.Current.Key != "end");
        history.Check(told);
        history.Check(toldLate);
        return history.Conflicts;
    }

    /// <summary>One call: what it did or saw, and when it began and ended. A write has the version that it made, a read and a
    /// conflict the one that they saw, 0 for none.</summary>
    private sealed record Done(Verb Verb, string Key, long Began, long Ended, bool IsWrite, long Version, long? Expected, string? Value);

    private sealed class Actor(RoomClient room, int number, History history)
    {
        private readonly Dictionary<string, long> _seen = [];
        private int _count;

        public async Task RunAsync((Verb Verb, string Key)[] script)
        {
            foreach (var (verb, key) in script)
            {
                await DoAsync(verb, key);
            }
        }

        private async Task DoAsync(Verb verb, string key)
        {
            string value = $"{number}-{++_count}";
            long? expected = verb switch
            {
                Verb.Create => 0,
                Verb.Update or Verb.UpdateToo or Verb.DeleteVersion => Math.Max(_seen.GetValueOrDefault(key), 1),
                _ => null,
            };
            long began = history.Now();
            try
            {
                if (verb is Verb.Get)
                {
                    var entry = await room.State.GetAsync<string>(key);
                    Add(false, entry?.Version ?? 0, entry?.Value);
                }
                else if (verb is Verb.Delete or Verb.DeleteVersion)
                {
                    var result = await room.Toolkits.InvokeAsync<JsonElement>("state/delete", new { key, expectedVersion = expected });
                    bool deleted = result.GetProperty("deleted").GetBoolean();
                    Add(deleted, result.GetProperty("version").GetInt64(), null);
                }
                else
                {
                    Add(true, await (verb switch
                    {
                        Verb.Put => room.State.PutAsync(key, value),
                        Verb.Create => room.State.CreateAsync(key, value),
                        _ => room.State.UpdateAsync(key, value, expected!.Value),
                    }), value);
                }
            }
            catch (MeshException exception) when (exception.Code == MeshErrorCode.VersionConflict || exception.Code == MeshErrorCode.AlreadyExists)
            {
                long current = exception.Error.Details!.Value.GetProperty("currentVersion").GetInt64();
                Assert.NotEqual(expected, current);
                history.CountConflict();
                Add(false, current, null);
            }

            void Add(bool isWrite, long version, string? read)
            {
                history.Add(new(verb, key, began, history.Now(), isWrite, version, expected, read));
                _seen[key] = version;
            }
        }
    }

    private sealed class History
    {
        private readonly ConcurrentBag<Done> _all = [];
        private long _now;
        private int _conflicts;

        public int Conflicts => _conflicts;

        public long Now() => Interlocked.Increment(ref _now);

        public void Add(Done done) => _all.Add(done);

        public void CountConflict() => Interlocked.Increment(ref _conflicts);

        public void Check(IReadOnlyList<StateChange> told)
        {
            Done[] writes = [.. _all.Where(done => done.IsWrite).OrderBy(done => done.Version)];
            Assert.Equal(Enumerable.Range(1, writes.Length).Select(version => (long)version), writes.Select(write => write.Version));

            // Who ended before another one began was first: no write may have begun after a later one had ended.
            long ended = long.MaxValue;
            foreach (var write in writes.Reverse())
            {
                Assert.True(write.Began < ended, $"{write} is too late for its version.");
                ended = Math.Min(ended, write.Ended);
            }

            foreach (string key in Keys)
            {
                CheckKey([.. writes.Where(write => write.Key == key)], [.. _all.Where(done => !done.IsWrite && done.Key == key)]);
                CheckTold([.. writes.Where(write => write.Key == key)], [.. told.Where(change => change.Key == key)]);
            }

            Assert.DoesNotContain(told, change => change.Kind == StateChangeKind.Lagged);
        }

        private static void CheckKey(Done[] writes, Done[] looks)
        {
            for (int i = 0; i < writes.Length; i++)
            {
                long before = i > 0 && !IsDeletion(writes[i - 1]) ? writes[i - 1].Version : 0;
                Assert.True(writes[i].Expected is not { } expected || expected == before, $"{writes[i]} found {before}.");
                Assert.True(!IsDeletion(writes[i]) || before > 0, $"{writes[i]} deleted nothing.");
            }

            foreach (var look in looks)
            {
                // It saw the key as one write had left it that had begun by then, and the next one had not ended before.
                bool wasSo = Enumerable.Range(-1, writes.Length + 1).Any(i =>
                    look.Version == (i < 0 || IsDeletion(writes[i]) ? 0 : writes[i].Version)
                    && (look.Value is null || look.Value == writes[i].Value)
                    && (i < 0 || writes[i].Began < look.Ended)
                    && (i + 1 == writes.Length || writes[i + 1].Ended > look.Began));
                Assert.True(wasSo, $"{look} saw what never was.");
            }
        }

        private static void CheckTold(Done[] writes, StateChange[] told)
        {
            long last = 0;
            foreach (var change in told)
            {
                Assert.True(change.Version > last, $"{change} after {last}.");
                last = change.Version;
                var write = Assert.Single(writes, write => write.Version == change.Version);
                Assert.Equal(IsDeletion(write), change.Kind == StateChangeKind.Deleted);
                Assert.Equal(write.Value, change.Entry?.Read<string>());
            }

            // A key that was deleted before a watch had come to it is not told of.
            Assert.True(last == (writes.LastOrDefault()?.Version ?? 0) || (told.Length == 0 && IsDeletion(writes[^1])), $"The last was {last}.");
        }

        private static bool IsDeletion(Done write) => write.Verb is Verb.Delete or Verb.DeleteVersion;
    }
}
