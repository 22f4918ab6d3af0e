using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Tests;

/// <summary>One entry of a log.</summary>
internal sealed record LogLine(string Category, LogLevel Level, string Text, Exception? Exception, IReadOnlyDictionary<string, object?> Values);

/// <summary>Keeps what is logged.</summary>
internal sealed class LogCollector : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _entries = new();

    public IReadOnlyList<LogLine> Entries => [.. _entries];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _entries);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Logger(string category, ConcurrentQueue<LogLine> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => entries.Enqueue(new(
            category,
            logLevel,
            formatter(state, exception),
            exception,
            state is IEnumerable<KeyValuePair<string, object?>> values ? values.ToDictionary(each => each.Key, each => each.Value) : new()));
    }
}
