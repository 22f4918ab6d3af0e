namespace Mesh;

/// <summary>What stands for a call where an agent's function runs in the background, so that its parameters and its items go the same ways.</summary>
internal sealed class BackgroundContext : CallContext
{
    private readonly PublishedItems? _items;

    public BackgroundContext(RoomClient room, AgentAddress agent, PublishedItems? items, CancellationToken cancellationToken)
        : base(new CallRequest { Id = default, RootId = default, Target = agent.Tool }, room.Self)
    {
        _items = items;
        Room = room;
        CancellationToken = cancellationToken;
    }

    public override Participant? OnBehalfOf => null;

    public override CancellationToken CancellationToken { get; }

    public override bool HasEnded => CancellationToken.IsCancellationRequested;

    public override IAsyncEnumerable<ContentPart> Input => EmptyInput.Instance;

    internal override MeshHost Host => Room.Host;

    internal override ValueTask EmitAsync(CallFrame frame)
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (frame is ChunkFrame chunk)
        {
            _items?.Publish(chunk.Item);
        }

        return default;
    }

    /// <summary>It is no call and lies in no budget; the calls that it makes lie in those of its participant.</summary>
    internal override ValueTask<long> ReserveAsync(decimal estimate) => new(0L);
}
