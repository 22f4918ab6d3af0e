using FsCheck;
using FsCheck.Fluent;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Services.Queues;

/// <summary>
/// Random sends, receives, acknowledgements, rejections and passing time by several participants, against a model that
/// keeps a plain list: nothing is lost, nothing comes again once it is acknowledged, what is ready comes oldest first,
/// deliveries are counted right, and the dead letters are those that were handed out five times.
/// </summary>
public sealed class QueueModelTests
{
    private const int MaxDeliveries = 5;

    private enum Deed
    {
        Send,
        SendDelayed,
        SendKeyed,
        Receive,
        ReceiveSeveral,
        Acknowledge,
        Reject,
        RejectForATime,
        Extend,
        PassTime,
        UseOldToken,
        GiveUp,
    }

    [Theory]
    [InlineData(ConnectionKind.Direct)]
    [InlineData(ConnectionKind.Serialised)]
    public void A_queue_does_what_its_model_does(ConnectionKind connection)
    {
        var deeds = Gen.Frequency(
            (4, Gen.Constant(Deed.Send)), (1, Gen.Constant(Deed.SendDelayed)), (1, Gen.Constant(Deed.SendKeyed)), (6, Gen.Constant(Deed.Receive)),
            (2, Gen.Constant(Deed.ReceiveSeveral)), (3, Gen.Constant(Deed.Acknowledge)), (5, Gen.Constant(Deed.Reject)), (2, Gen.Constant(Deed.RejectForATime)),
            (1, Gen.Constant(Deed.Extend)), (3, Gen.Constant(Deed.PassTime)), (1, Gen.Constant(Deed.UseOldToken)), (1, Gen.Constant(Deed.GiveUp)));
        var steps = Gen.Zip(deeds, Gen.Choose(0, 1_000)).ArrayOf(80).ToArbitrary();
        int dead = 0;
        Prop.ForAll(steps, taken =>
        {
            dead += Run(connection, taken).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(3, 7));

        // The law about dead letters must not hold because there are none.
        Assert.NotEqual(0, dead);
    }

    private static async Task<int> Run(ConnectionKind connection, (Deed Deed, int Number)[] steps)
    {
        var clock = new ManualTimeProvider();
        await using var host = new MeshHost(new() { TimeProvider = clock, DrainTimeout = TimeSpan.Zero });
        var actors = new List<RoomClient>();
        foreach (string name in new[] { "ada", "bob", "eve" })
        {
            actors.Add(await host.JoinAsync("den", name, options: new() { Connection = connection }).InTime());
        }

        var model = new Model(clock);
        for (int i = 0; i < steps.Length; i++)
        {
            var (deed, number) = steps[i];
            await Do(deed, number, i, actors[number % actors.Count], model, clock);
            await CheckSizes(actors[0], model);
        }

        // In the end whatever was not acknowledged is there, in the order of sending, and nothing else is.
        clock.Advance(TimeSpan.FromHours(1));
        model.LetHappen();
        var rest = await actors[0].Queues.DrainAsync("q").ToListInTimeAsync();
        Assert.Equal(model.Alive.Where(message => !message.IsDead).Select(message => message.Body), rest.Select(message => actors[0].Queues.Read<int>(message)));
        var letters = await actors[0].Queues.DrainAsync("q.dead").ToListInTimeAsync();
        Assert.Equal(model.Dead.Select(message => (message.Body, message.Reason)), letters.Select(message => (actors[0].Queues.Read<int>(message), message.DeadLetter!.Reason)));
        Assert.All(letters, letter => Assert.Equal(MaxDeliveries, letter.DeadLetter!.Deliveries));
        return letters.Count;
    }

    private static async Task Do(Deed deed, int number, int body, RoomClient actor, Model model, ManualTimeProvider clock)
    {
        var time = TimeSpan.FromSeconds(1 + (number % 40));
        switch (deed)
        {
            case Deed.Send or Deed.SendDelayed:
                var delay = deed == Deed.SendDelayed ? time : TimeSpan.Zero;
                model.Send(await actor.Queues.SendAsync("q", body, new QueueSendOptions { Delay = delay }).InTime(), body, delay);
                break;
            case Deed.SendKeyed:
                string key = $"{number % 3}";
                var id = await actor.Queues.SendAsync("q", -1, new QueueSendOptions { Key = key }).InTime();
                if (model.Keys.TryAdd((actor.Self.Name, key), id))
                {
                    model.Send(id, -1, TimeSpan.Zero);
                }

                Assert.Equal(model.Keys[(actor.Self.Name, key)], id);
                break;
            case Deed.Receive or Deed.ReceiveSeveral:
                int most = deed == Deed.Receive ? 1 : 1 + (number % 4);
                var expected = model.Receive(most, time);
                var received = await actor.Queues.ReceiveAsync("q", new() { MaxMessages = most, Visibility = time }).InTime();
                Assert.Equal(expected.Select(message => (message.Id, message.Deliveries)), received.Select(message => (message.Id, message.Deliveries)));
                foreach (var (message, handed) in expected.Zip(received))
                {
                    message.Handed = handed;
                }

                break;
            case Deed.Acknowledge when model.PickHeld(number) is { } held:
                await actor.Queues.AcknowledgeAsync(held.Handed!).InTime();
                model.Acknowledge(held);
                break;
            case Deed.Reject or Deed.RejectForATime when model.PickHeld(number) is { } held:
                var wait = deed == Deed.RejectForATime ? time : TimeSpan.Zero;
                await actor.Queues.RejectAsync(held.Handed!, $"{number}", wait).InTime();
                model.Reject(held, $"{number}", wait);
                break;
            case Deed.Extend when model.PickHeld(number) is { } held:
                await actor.Queues.ExtendAsync(held.Handed!, time).InTime();
                held.Due = clock.GetTimestamp() + time.Ticks;
                break;
            case Deed.PassTime:
                clock.Advance(time);
                model.LetHappen();
                break;
            case Deed.UseOldToken when model.PickOld(number) is { } old:
                Assert.Equal(MeshErrorCode.DeliveryEnded, (await Assert.ThrowsAsync<MeshException>(() => actor.Queues.AcknowledgeAsync(old).InTime())).Code);
                break;
            case Deed.GiveUp:
                // Whoever stops waiting takes nothing. Somebody who is cancelled before has asked for nothing at all.
                using (var cancel = new CancellationTokenSource())
                {
                    var waiting = actor.Queues.ReceiveAsync("empty", new() { Wait = time }, cancel.Token).AsTask();
                    await cancel.CancelAsync();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
                }

                break;
        }
    }

    private static async Task CheckSizes(RoomClient actor, Model model)
    {
        var queues = await actor.Queues.ListAsync("q").ToListInTimeAsync();
        var q = queues.FirstOrDefault(queue => queue.Name == "q");
        var live = model.Alive.Where(message => !message.IsDead).ToList();
        Assert.Equal(
            (live.Count(message => message.State == State.Ready), live.Count(message => message.State == State.Held), live.Count(message => message.State == State.Delayed)),
            (q?.Ready ?? 0, q?.InFlight ?? 0, q?.Delayed ?? 0));
        Assert.Equal(model.Dead.Count, queues.FirstOrDefault(queue => queue.Name == "q.dead")?.Ready ?? 0);
    }

    private enum State
    {
        Ready,
        Delayed,
        Held,
    }

    private sealed class Message(MeshId id, int body)
    {
        public MeshId Id { get; } = id;

        public int Body { get; } = body;

        public State State { get; set; }

        public long Due { get; set; }

        public int Deliveries { get; set; }

        public string? Reason { get; set; }

        public QueueMessage? Handed { get; set; }

        public bool IsDead { get; set; }
    }

    /// <summary>What a queue is to do, in the simplest way.</summary>
    private sealed class Model(ManualTimeProvider clock)
    {
        private readonly List<QueueMessage> _old = [];

        /// <summary>In the order of sending.</summary>
        public List<Message> Alive { get; } = [];

        /// <summary>In the order in which they died.</summary>
        public List<Message> Dead { get; } = [];

        public Dictionary<(string, string), MeshId> Keys { get; } = [];

        public void Send(MeshId id, int body, TimeSpan delay) => Alive.Add(new(id, body)
        {
            State = delay > TimeSpan.Zero ? State.Delayed : State.Ready,
            Due = clock.GetTimestamp() + delay.Ticks,
        });

        public List<Message> Receive(int most, TimeSpan visibility)
        {
            var taken = Alive.Where(message => message is { State: State.Ready, IsDead: false }).Take(most).ToList();
            foreach (var message in taken)
            {
                message.State = State.Held;
                message.Deliveries++;
                message.Due = clock.GetTimestamp() + visibility.Ticks;
            }

            return taken;
        }

        public Message? PickHeld(int number)
        {
            var held = Alive.Where(message => message is { State: State.Held, IsDead: false }).ToList();
            return held.Count == 0 ? null : held[number % held.Count];
        }

        public QueueMessage? PickOld(int number) => _old.Count == 0 ? null : _old[number % _old.Count];

        public void Acknowledge(Message message)
        {
            _old.Add(message.Handed!);
            Alive.Remove(message);
        }

        public void Reject(Message message, string reason, TimeSpan delay)
        {
            message.Reason = reason;
            End(message, delay);
        }

        public void LetHappen()
        {
            foreach (var message in Alive.Where(message => message is { IsDead: false, State: not State.Ready } && message.Due <= clock.GetTimestamp())
                .OrderBy(message => message.Due).ToList())
            {
                End(message, TimeSpan.Zero);
            }
        }

        private void End(Message message, TimeSpan delay)
        {
            if (message.State == State.Held)
            {
                _old.Add(message.Handed!);
            }

            message.State = delay > TimeSpan.Zero ? State.Delayed : State.Ready;
            message.Due = clock.GetTimestamp() + delay.Ticks;
            if (message.Deliveries >= MaxDeliveries)
            {
                message.IsDead = true;
                Dead.Add(message);
            }
        }
    }
}
