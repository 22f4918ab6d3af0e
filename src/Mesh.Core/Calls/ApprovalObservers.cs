using System.Collections.Concurrent;

namespace Mesh;

/// <summary>
/// Who watches the approvals of a host: by the call that theirs are led to by, by a call of their own, or by the participant that starts their trees.
/// Looked at only when somebody is asked: calls that need no approval know nothing of it.
/// </summary>
internal sealed class ApprovalObservers
{
    private readonly ConcurrentDictionary<Watch, byte> _watches = new(ReferenceEqualityComparer.Instance);

    /// <summary>Watches what a call leads to, or the trees of a participant.</summary>
    /// <param name="key">The call, or the participant.</param>
    /// <param name="self">The participant that watches.</param>
    /// <param name="observer">Who is told.</param>
    public IDisposable Add(MeshId key, MeshId self, IApprovalObserver observer) => Add(new(this, key, self, observer) { IsOfOwnCall = false });

    /// <summary>Watches one call that the participant makes, and what it leads to.</summary>
    /// <inheritdoc cref="Add(MeshId, MeshId, IApprovalObserver)"/>
    public IDisposable AddOwn(MeshId key, MeshId self, IApprovalObserver observer) => Add(new(this, key, self, observer) { IsOfOwnCall = true });

    /// <summary>Those who watch one call that waits; null for nobody.</summary>
    public Told? Find(CallState call, ApprovalRequest request)
    {
        if (_watches.IsEmpty)
        {
            return null;
        }

        var around = new HashSet<MeshId> { call.RootMember.Snapshot.Id };
        var made = new HashSet<(MeshId Call, MeshId Caller)> { (call.Request.Id, call.Caller.Id) };
        for (var each = call.Parent; each is not null; each = each.Parent)
        {
            around.Add(each.Request.Id);
            made.Add((each.Request.Id, each.Caller.Id));
        }

        // Ids of calls are no secret: who knows one is told nothing of a call that is not its own.
        (IApprovalObserver, ApprovalRequest)[] found =
        [
            .. _watches.Keys.Where(each => each.IsOfOwnCall ? made.Contains((each.Key, each.Self)) : around.Contains(each.Key))
                .Select(each => (each.Observer, each.MaySee(request) ? request : request with { Arguments = default })),
        ];
        return found.Length == 0 ? null : new(call.Host, call.Request.Id, found);
    }

    private Watch Add(Watch watch)
    {
        _watches.TryAdd(watch, 0);
        return watch;
    }

    /// <summary>Observers of one approval.</summary>
    internal sealed class Told(MeshHost host, MeshId call, (IApprovalObserver Observer, ApprovalRequest Request)[] observers)
    {
        public void OnAsked() => Tell(static (observer, request, _) => observer.OnAsked(request), null);

        public void OnAnswered(MeshError? refusal) => Tell(static (observer, request, refusal) => observer.OnAnswered(request, refusal), refusal);

        private void Tell(Action<IApprovalObserver, ApprovalRequest, MeshError?> tell, MeshError? refusal)
        {
            foreach (var (observer, request) in observers)
            {
                try
                {
                    tell(observer, request, refusal);
                }
                catch (Exception exception)
                {
                    host.ReportFault(new(MeshFaultKind.Host, "An observer of approvals failed.", exception) { CallId = call });
                }
            }
        }
    }

    private sealed class Watch(ApprovalObservers owner, MeshId key, MeshId self, IApprovalObserver observer) : IDisposable
    {
        public MeshId Key => key;

        public MeshId Self => self;

        /// <summary>Whether the key is a call that the participant makes itself.</summary>
        public required bool IsOfOwnCall { get; init; }

        public IApprovalObserver Observer => observer;

        /// <summary>Whether the arguments are its participant's own business, or that of the person behind them.</summary>
        public bool MaySee(ApprovalRequest request) => self == request.Caller.Id || self == request.RootCaller.Id || self == request.OnBehalfOf?.Id;

        public void Dispose() => owner._watches.TryRemove(this, out _);
    }
}
