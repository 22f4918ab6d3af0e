using System.Diagnostics;

namespace Mesh;

/// <summary>
/// What a caller streams in, made in the caller's own activity: pulled by a handler, or by a connection, what the caller
/// does to make the items is still the caller's doing, and the same on every connection. So it needs no link.
/// </summary>
internal sealed class CallerInput : IAsyncEnumerable<ContentPart>
{
    private readonly IAsyncEnumerable<ContentPart> _items;
    private readonly Activity? _caller = Activity.Current;

    private CallerInput(IAsyncEnumerable<ContentPart> items) => _items = items;

    /// <summary>Items in the activity that is ambient now; null for null.</summary>
    public static IAsyncEnumerable<ContentPart>? Of(IAsyncEnumerable<ContentPart>? items) => items is null ? null : new CallerInput(items);

    public async IAsyncEnumerator<ContentPart> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        Enter();
        var items = _items.GetAsyncEnumerator(cancellationToken);
        await using (items.ConfigureAwait(false))
        {
            // What is ambient in an iterator is its reader's again after each step.
            while (await items.MoveNextAsync().ConfigureAwait(false))
            {
                yield return items.Current;
                Enter();
            }
        }
    }

    private void Enter() => Activity.Current = _caller is { IsStopped: false } ? _caller : null;
}
