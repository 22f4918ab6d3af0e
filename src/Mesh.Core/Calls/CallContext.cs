using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// A call as its handler sees it. It is ambient: every client that the handler uses, also one captured from outside,
/// continues the same tree of calls with its budget, deadline, cancellation and on-behalf-of. It may be used from
/// several threads; when the call is over, sending through it throws <see cref="MeshErrorCode.CallEnded"/>.
/// </summary>
public abstract class CallContext
{
    private static readonly AsyncLocal<CallContext?> Ambient = new();

    private protected CallContext(CallRequest request, Participant caller)
    {
        Request = request;
        Caller = caller;
    }

    /// <summary>The call whose handler runs now, or null outside of any.</summary>
    public static CallContext? Current => Ambient.Value;

    /// <summary>The request: ids, target, metadata. Its arguments are those that the handler was given.</summary>
    public CallRequest Request { get; internal set; }

    /// <summary>Who calls, as it was when the call arrived.</summary>
    public Participant Caller { get; }

    /// <summary>The person for whom the tree of calls is made, or null when no person started it.</summary>
    public abstract Participant? OnBehalfOf { get; }

    /// <summary>The room as the tool's provider sees it. Calls made through it belong to this call's tree.</summary>
    public RoomClient Room { get; private protected set; } = null!;

    /// <summary>
    /// Cancelled when the caller cancels or leaves, the deadline passes, or the room retires. Costs a little when it
    /// is first asked for.
    /// </summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>Whether the call is over for its caller; what its handler still does is of no effect on it.</summary>
    public abstract bool HasEnded { get; }

    /// <summary>
    /// Whether progress may be read by anybody. False where it is known that the caller only waits for the outcome: then a
    /// handler need not take the trouble to find it out.
    /// </summary>
    public virtual bool TakesProgress => true;

    /// <summary>The items that the caller streams in: <see cref="JsonPart"/>, <see cref="TextPart"/> or
    /// <see cref="BytesPart"/>; to be read once.</summary>
    public abstract IAsyncEnumerable<ContentPart> Input { get; }

    /// <summary>The host that the handler runs in.</summary>
    internal abstract MeshHost Host { get; }

    /// <summary>Tells the caller how far the call has come. Dropped when the caller does not listen.</summary>
    /// <param name="value">The amount done; finite.</param>
    /// <param name="total">The amount in all, or null when it is not known.</param>
    /// <param name="message">What is being done, or null.</param>
    /// <returns>A task that completes when the caller has room for the next frame.</returns>
    /// <exception cref="MeshException">The call is over (<see cref="MeshErrorCode.CallEnded"/>).</exception>
    public ValueTask ReportProgressAsync(double value, double? total = null, string? message = null)
    {
        if (!double.IsFinite(value) || total is { } t && !double.IsFinite(t))
        {
            throw new ArgumentOutOfRangeException(nameof(value), "Progress must be finite.");
        }

        return EmitAsync(new ProgressFrame(value, total, message));
    }

    /// <summary>
    /// Tells what the call used besides time, such as the tokens of a model; several reports add up. It is kept in the
    /// call's journal entry and its totals, and counts in the budgets around the call; the caller does not see it. Calls
    /// that the handler makes report their own.
    /// </summary>
    /// <param name="usage">What was used since the last report, without what is settled with a <see cref="CostReservation"/>.</param>
    /// <returns>A task that completes when the report is on its way; one that a cancellation overtakes is not kept.</returns>
    /// <exception cref="MeshException">The call is over (<see cref="MeshErrorCode.CallEnded"/>), and so is its entry.</exception>
    public ValueTask ReportUsageAsync(CallUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        return EmitAsync(new UsageFrame(usage));
    }

    /// <summary>
    /// Reserves money before it is spent, in every budget around the call: its own and those of the calls around it, those
    /// of the participants that made them, and their rooms'. All of them have room for it, or none has paid. Where the tokens or
    /// the money of one are used up, nothing more can be reserved, not even 0: so a handler finds out whether it may still spend.
    /// Without such budgets nothing is refused.
    /// </summary>
    /// <param name="estimate">The most that may be spent, in the host's currency; at least 0.</param>
    /// <returns>The reservation; settle it when it is known what was spent, and dispose it in any case.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The estimate is negative.</exception>
    /// <exception cref="MeshException">A budget has no room for it (<see cref="MeshErrorCode.BudgetExceeded"/>; the message
    /// names the budget, and <see cref="MeshError.Retryable"/> says whether it would fit if others gave back what they have
    /// reserved), the call has 1,000 reservations open (<see cref="MeshErrorCode.Overloaded"/>), or it is over
    /// (<see cref="MeshErrorCode.CallEnded"/>).</exception>
    public ValueTask<CostReservation> ReserveCostAsync(decimal estimate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(estimate);
        return ReserveAndHoldAsync(estimate);
    }

    /// <summary>Sends content to the caller before the result.</summary>
    /// <param name="part">The content.</param>
    /// <returns>A task that completes when the caller has room for the next frame.</returns>
    /// <exception cref="MeshException">The call is over (<see cref="MeshErrorCode.CallEnded"/>).</exception>
    public ValueTask WriteAsync(ContentPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part is BytesPart { Source: not null } file
            ? ReadAndEmitAsync(file, static read => new ContentFrame(read))
            : EmitAsync(new ContentFrame(part.Own()));
    }

    /// <summary>Sends one item of the tool's stream.</summary>
    /// <param name="item">The item; a <see cref="JsonPart"/> is checked against the tool's chunk schema.</param>
    /// <returns>A task that completes when the caller has room for the next frame.</returns>
    /// <exception cref="MeshException">The call is over (<see cref="MeshErrorCode.CallEnded"/>); also because this item does
    /// not satisfy the schema, which ends the call with <see cref="MeshErrorCode.InvalidOutput"/>.</exception>
    public ValueTask WriteChunkAsync(ContentPart item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item is BytesPart { Source: not null } file
            ? ReadAndEmitAsync(file, static read => new ChunkFrame(read))
            : EmitAsync(new ChunkFrame(item.Own()));
    }

    /// <summary>Sends one typed item of the tool's stream.</summary>
    /// <param name="item">The item.</param>
    /// <param name="type">How to serialise it.</param>
    /// <typeparam name="T">The item's type.</typeparam>
    /// <inheritdoc cref="WriteChunkAsync(ContentPart)" path="/returns"/>
    /// <inheritdoc cref="WriteChunkAsync(ContentPart)" path="/exception"/>
    public ValueTask WriteChunkAsync<T>(T item, JsonTypeInfo<T> type) =>
        EmitAsync(new ChunkFrame(new JsonPart(JsonPayload.FromElement(JsonSerializer.SerializeToElement(item, type)))));

    /// <summary>Sends one frame to the caller; completes when there is room for the next.</summary>
    internal abstract ValueTask EmitAsync(CallFrame frame);

    /// <summary>Reserves money, and gives the number of the reservation.</summary>
    /// <exception cref="MeshException">There is no room for it, or the call is over.</exception>
    internal abstract ValueTask<long> ReserveAsync(decimal estimate);

    private async ValueTask<CostReservation> ReserveAndHoldAsync(decimal estimate) =>
        new(this, await ReserveAsync(estimate).ConfigureAwait(false), estimate);

    /// <summary>A frame carries bytes, never the stream of its sender.</summary>
    private async ValueTask ReadAndEmitAsync(BytesPart file, Func<BytesPart, CallFrame> toFrame)
    {
        var read = await ContentReader.ReadAsync(Host, Request, file, Host.Options.MaxResponseBytes, CancellationToken).ConfigureAwait(false);
        await EmitAsync(toFrame(read)).ConfigureAwait(false);
    }

    /// <summary>Makes a call ambient, until the execution context that was there before is restored.</summary>
    internal static void Enter(CallContext context) => Ambient.Value = context;

    /// <summary>Leaves every call for the rest of the calling async method: for loops that the library starts.</summary>
    internal static void Leave()
    {
        if (Ambient.Value is not null)
        {
            Ambient.Value = null;
        }
    }
}
