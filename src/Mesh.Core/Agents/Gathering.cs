using System.Threading.Channels;

namespace Mesh;

/// <summary>
/// Several agents that are asked at the same time, each by a call of its own to <c>agents/name@participant</c>, and their
/// answers as they come. Disposing it cancels those that have not answered.
/// </summary>
internal sealed class Gathering<T> : IAsyncDisposable
{
    private readonly RoomClient _room;
    private readonly IReadOnlyList<AgentInfo> _agents;
    private readonly Func<ToolResponse, ToolAddress, T> _read;
    private readonly GatherOptions _options;
    private readonly Channel<(int Index, AgentAnswer<T> Answer)> _answers;
    private readonly bool[] _hasAnswered;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource? _limit;
    private readonly CancellationTokenSource _stop;
    private Task[] _asking = [];
    private int _left;

    private Gathering(
        RoomClient room, IReadOnlyList<AgentInfo> agents, Func<ToolResponse, ToolAddress, T> read, GatherOptions options, CancellationToken caller)
    {
        _room = room;
        _agents = agents;
        _read = read;
        _options = options;
        _caller = caller;
        _left = agents.Count;
        _hasAnswered = new bool[agents.Count];
        _answers = Channel.CreateBounded<(int, AgentAnswer<T>)>(agents.Count);
        _limit = options.TimeLimit is { } limit ? new(limit, room.Host.Clock) : null;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(caller, _limit?.Token ?? default);
    }

    /// <summary>How many are asked.</summary>
    public int Count => _agents.Count;

    /// <summary>Finds who offers it, and asks all of them.</summary>
    /// <param name="room">The room.</param>
    /// <param name="agents">Whom to ask.</param>
    /// <param name="input">The arguments of each call.</param>
    /// <param name="least">How many must offer it; at least 1.</param>
    /// <param name="read">Reads a response; what it throws becomes the answer's error.</param>
    /// <param name="options">How to ask.</param>
    /// <param name="cancellationToken">Cancels all of the calls.</param>
    /// <exception cref="MeshException">Nobody offers it, or too few.</exception>
    public static async ValueTask<Gathering<T>> StartAsync(
        RoomClient room,
        AgentFilter agents,
        JsonPayload input,
        int least,
        Func<ToolResponse, ToolAddress, T> read,
        GatherOptions? options,
        CancellationToken cancellationToken)
    {
        var found = await room.Agents.ListAsync(agents with { Invocable = true }, cancellationToken).ConfigureAwait(false);
        if (found.Count < least)
        {
            throw new MeshException(found.Count == 0 ? GatherErrors.NobodyOffers(agents, room.Name) : GatherErrors.TooFewOffer(agents, room.Name, found.Count, least));
        }

        var gathering = new Gathering<T>(room, found, read, options ?? GatherOptions.Default, cancellationToken);

        // A call that is cancelled may still hold its input when its caller has gone on.
        gathering.Begin(input.Clone());
        return gathering;
    }

    /// <summary>The next answer; null when all have come.</summary>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public async ValueTask<(int Index, AgentAnswer<T> Answer)?> NextAsync()
    {
        if (_left == 0)
        {
            return null;
        }

        _caller.ThrowIfCancellationRequested();
        (int Index, AgentAnswer<T> Answer) next;
        try
        {
            do
            {
                next = _answers.Reader.TryRead(out next) ? next : await _answers.Reader.ReadAsync(_stop.Token).ConfigureAwait(false);
            }
            while (_hasAnswered[next.Index]);
        }
        catch (OperationCanceledException)
        {
            // Who is late is not waited for: a handler that blocks its thread hears of no limit. An answer that comes from
            // one of them after all is passed over above.
            _caller.ThrowIfCancellationRequested();
            int index = Array.IndexOf(_hasAnswered, false);
            next = (index, Failed(index, GatherErrors.NotInTime(_agents[index], _options.TimeLimit!.Value)));
        }

        _hasAnswered[next.Index] = true;
        _left--;
        return next;
    }

    /// <summary>The entry of an agent that is not waited for any more.</summary>
    public AgentAnswer<T> NotWaitedFor(int index) => Failed(index, GatherErrors.NotWaitedFor(_agents[index]));

    public async ValueTask DisposeAsync()
    {
        if (_left > 0)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        foreach (var asking in _asking)
        {
            if (!asking.IsCompleted)
            {
                // One that blocks its thread; the participant waits for it when it leaves.
                _room.Agents.Work.Track(asking);
            }
        }

        _stop.Dispose();
        _limit?.Dispose();
    }

    /// <summary>On the pool: an agent that works, or blocks, before it first waits must not hold up the asking of the others.</summary>
    private void Begin(JsonPayload input)
    {
        // Taken here: when one of them begins, whoever gathers may have gone, and the source with it.
        var stop = _stop.Token;
        _asking = [.. Enumerable.Range(0, _agents.Count).Select(index => Task.Run(() => AskAsync(index, input, stop), CancellationToken.None))];
    }

    private async Task AskAsync(int index, JsonPayload input, CancellationToken stop)
    {
        var tool = _agents[index].Address.Tool;
        var outcome = await _room.Call(tool, input, _options.Call, stop).ConfigureAwait(false);

        // As many fit as are asked, so that it is always taken.
        _answers.Writer.TryWrite((index, Read(index, tool, outcome)));
    }

    private AgentAnswer<T> Read(int index, ToolAddress tool, CallOutcome outcome)
    {
        if (!outcome.IsResult)
        {
            bool isLate = outcome.Status == CallStatus.Cancelled && _limit is { IsCancellationRequested: true } && !_caller.IsCancellationRequested;
            return Failed(index, isLate ? GatherErrors.NotInTime(_agents[index], _options.TimeLimit!.Value) : outcome.Error, isLate ? null : outcome.Response);
        }

        try
        {
            return new(_agents[index], outcome, _read(outcome.Response, tool));
        }
        catch (MeshException exception)
        {
            return Failed(index, exception.Error);
        }
    }

    private AgentAnswer<T> Failed(int index, MeshError error, ToolResponse? partial = null) =>
        new(_agents[index], CallOutcome.FromError(error, partial), default);
}
