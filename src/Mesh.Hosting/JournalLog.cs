using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting;

/// <summary>Writes the entries of the journal to the log, until the host has closed.</summary>
internal sealed class JournalLog(MeshHost host, ILoggerFactory loggers) : IHostedLifecycleService, IAsyncDisposable
{
    private readonly ILogger _log = loggers.CreateLogger(MeshLog.JournalCategory);
    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;

    // Before all others start: their rooms are in the log from the beginning.
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var entries = host.WatchJournalAsync(new() { After = await host.Journal.WaitAsync(-1, cancellationToken).ConfigureAwait(false) }, _stop.Token);
        _writing = WriteAsync(entries);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // After the rooms have closed: the watch ends by itself with their last entry.
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
    }

    private async Task WriteAsync(IAsyncEnumerable<JournalEntry> entries)
    {
        try
        {
            await foreach (var entry in entries.ConfigureAwait(false))
            {
                Write(in entry);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The application has no more time.
        }
        catch (Exception exception)
        {
            MeshLog.JournalFailed(_log, exception);
        }
    }

    private void Write(in JournalEntry entry)
    {
        if (entry.Lagged > 0)
        {
            MeshLog.Lagged(_log, entry.Lagged);
        }
        else if (!_log.IsEnabled(LogLevel.Debug))
        {
            // Nobody reads it now; that may change while the application runs.
        }
        else if (entry.Event is { } e)
        {
            MeshLog.Event(_log, entry.Sequence, entry.Room, e.Kind, entry.Caller);
        }
        else
        {
            MeshLog.Call(
                _log, entry.Sequence, entry.Room, entry.Caller, entry.Target.ToString(), entry.OnBehalfOf, entry.Provider, entry.Status,
                entry.ErrorCode?.Value, entry.Duration.TotalMilliseconds, entry.BytesIn, entry.BytesOut, entry.CallId, entry.RootId);
        }
    }
}
