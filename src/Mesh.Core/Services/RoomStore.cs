namespace Mesh;

/// <summary>How one service of a room comes by what it keeps: the same for every room.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Option">The option of the host that its store may come from, for messages.</param>
/// <param name="Factory">What makes a store for a room, by its name; null where the host has no such factory.</param>
/// <param name="Default">Makes a store where the host has no factory.</param>
/// <param name="Open">Makes the service of a store.</param>
/// <param name="EndWaits">Ends what waits for something to happen, at once also what begins from now on.</param>
internal sealed record StoreKind<TStore, TService>(
    string Name,
    string Option,
    Func<MeshHostOptions, Func<string, TStore>?> Factory,
    Func<Room, TStore> Default,
    Func<Room, TStore, TService> Open,
    Action<TService> EndWaits)
    where TStore : class
    where TService : class;

/// <summary>One service of a room for one session, made when it is first used.</summary>
internal abstract class RoomStore<TService>
    where TService : class
{
    private protected RoomStore()
    {
    }

    /// <summary>The service; null while nobody has used it.</summary>
    public abstract TService? Made { get; }

    /// <summary>The service, made if it is not there; who comes meanwhile waits for the same one.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="MeshException">The session has ended (<see cref="MeshErrorCode.Closed"/>).</exception>
    public abstract ValueTask<TService> GetAsync(CancellationToken cancellationToken);
}

/// <summary>
/// Makes a service of a room when it is first used. A factory of the host is asked once, on the thread pool, and under no
/// lock: no more than the calls that need its store wait for it, as long as they last, and what it makes for a room that
/// was retired meanwhile is given back at once.
/// </summary>
internal sealed class RoomStore<TStore, TService>(StoreKind<TStore, TService> kind, Room? room) : RoomStore<TService>
    where TStore : class
    where TService : class
{
    private static readonly AsyncLocal<object?> InTheMaking = new();

    private readonly Lock _gate = new();
    private TStore? _store;
    private TService? _made;
    private Task<TService>? _making;
    private bool _isClosed = room is null;

    public override TService? Made => Volatile.Read(ref _made);

    public override async ValueTask<TService> GetAsync(CancellationToken cancellationToken)
    {
        Task<TService> making;
        lock (_gate)
        {
            if (_isClosed)
            {
                throw Closed();
            }

            if (_made is not null)
            {
                return _made;
            }

            if (InTheMaking.Value == this)
            {
                throw new InvalidOperationException($"MeshHostOptions.{kind.Option} used the {kind.Name} of room '{room!.Name}' for which it is to make the store.");
            }

            if (kind.Factory(room!.Host.Options) is not { } factory)
            {
                return OpenLocked(kind.Default(room));
            }

            making = _making ??= Task.Run(() => MakeAsync(factory), CancellationToken.None);
        }

        return await making.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends what waits in it. The room says that it is draining first, so that a service which is made meanwhile knows.</summary>
    public void EndWaits()
    {
        TService? made;
        lock (_gate)
        {
            made = _made;
        }

        if (made is not null)
        {
            kind.EndWaits(made);
        }
    }

    /// <summary>Gives back what was made; nothing is made any more. What that throws goes to the host, and the room does not wait for it for ever.</summary>
    public async Task CloseAsync()
    {
        TService? made;
        TStore? store;
        lock (_gate)
        {
            _isClosed = true;
            (made, store) = (_made, _store);
        }

        // The service first, which may still have something for its store.
        await GiveBackAsync(made).ConfigureAwait(false);
        await GiveBackAsync(store).ConfigureAwait(false);
    }

    private async Task<TService> MakeAsync(Func<string, TStore> factory)
    {
        TStore store;
        try
        {
            InTheMaking.Value = this;
            store = factory(room!.Name) ?? throw new InvalidOperationException($"MeshHostOptions.{kind.Option} returned null.");
        }
        catch
        {
            lock (_gate)
            {
                // Whoever comes next asks it again.
                _making = null;
            }

            throw;
        }

        lock (_gate)
        {
            if (!_isClosed)
            {
                return OpenLocked(store);
            }
        }

        await GiveBackAsync(store).ConfigureAwait(false);
        throw Closed();
    }

    /// <summary>In a room that is being retired nobody waits for what happens in it.</summary>
    private TService OpenLocked(TStore store)
    {
        var made = kind.Open(room!, store);
        if (room!.IsDraining)
        {
            kind.EndWaits(made);
        }

        _store = store;
        Volatile.Write(ref _made, made);
        return made;
    }

    private async Task GiveBackAsync(object? owned)
    {
        try
        {
            switch (owned)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync().AsTask().WaitAsync(room!.Host.Options.ServiceTimeout, room.Host.Clock).ConfigureAwait(false);
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
        catch (Exception exception)
        {
            room!.Host.ReportFault(new(MeshFaultKind.Service, $"The {kind.Name} store of room '{room.Name}' was not disposed.", exception));
        }
    }

    private static MeshException Closed() =>
        new(new MeshError(MeshErrorCode.Closed, "What the services of the room keep is closed: their room is retired.")
        {
            Remedy = "Join again for a new session of the room.",
        });
}
