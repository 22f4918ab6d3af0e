using System.Threading.Channels;

namespace Quickstart;

/// <summary>
/// What the person types, line by line. A thread of its own reads it, so that a question can be taken back: whoever no longer waits for a line leaves
/// it to the next who does.
/// </summary>
internal sealed class TerminalLines
{
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(1);

    public TerminalLines() => new Thread(Read) { IsBackground = true, Name = "terminal" }.Start();

    /// <returns>The line without the blanks around it; null at the end of the input.</returns>
    public async ValueTask<string?> ReadAsync(CancellationToken cancellationToken) =>
        await _lines.Reader.WaitToReadAsync(cancellationToken) && _lines.Reader.TryRead(out string? line) ? line.Trim() : null;

    private void Read()
    {
        while (Console.ReadLine() is { } line)
        {
            _lines.Writer.WriteAsync(line).AsTask().Wait();
        }

        _lines.Writer.Complete();
    }
}
