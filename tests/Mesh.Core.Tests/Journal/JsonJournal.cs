using System.Runtime.CompilerServices;

namespace Mesh.Core.Tests.Journal;

/// <summary>
/// A journal as a durable store would be: it holds nothing but JSON, acknowledges later, lets one writer in at a time,
/// and has no totals of its own.
/// </summary>
internal sealed class JsonJournal : IJournal
{
    private readonly List<string> _lines = [];
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _lastWrite = Task.CompletedTask;

    /// <summary>What a writer waits for before it writes.</summary>
    public Func<JournalEntry, Task> BeforeWriting { get; set; } = _ => Task.CompletedTask;

    public ValueTask AppendAsync(JournalEntry entry)
    {
        lock (_lines)
        {
            _lastWrite = WriteAsync(_lastWrite, entry);
            return new(_lastWrite);
        }
    }

    public IAsyncEnumerable<JournalEntry> ReadAsync(JournalQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return ReadCoreAsync(query, cancellationToken);
    }

    public async ValueTask<long> WaitAsync(long after, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task next;
            lock (_lines)
            {
                if (_lines.Count > after)
                    return _lines.Count;
                next = _next.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    private async Task WriteAsync(Task previous, JournalEntry entry)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        await BeforeWriting(entry);
        TaskCompletionSource next;
        lock (_lines)
        {
            _lines.Add((entry with { Sequence = _lines.Count + 1 }).ToJson());
            (next, _next) = (_next, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        next.TrySetResult();
    }

    private async IAsyncEnumerable<JournalEntry> ReadCoreAsync(JournalQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] lines;
        lock (_lines)
        {
            lines = [.. _lines];
        }

        int left = query.Limit ?? int.MaxValue;
        foreach (string line in lines)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entry = JournalEntry.FromJson(line);
            if (query.Matches(in entry) && left-- > 0)
            {
                await Task.Yield();
                yield return entry;
            }
        }
    }
}
