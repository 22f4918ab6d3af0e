using System.Diagnostics;
using System.Text;
using ModelContextProtocol.Client;

namespace Mesh.Mcp;

/// <summary>A running server: its streams, the last lines of its standard error, and its end.</summary>
internal sealed class ServerProcess
{
    private const int MostLines = 20;
    private const int MostErrorBytes = 8 * 1024;

    /// <summary>How long what it wrote before its end may take to be read.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly StdioClientTransportOptions _options;
    private readonly Task _errors;
    private readonly Queue<byte> _tail = new(MostErrorBytes);

    public ServerProcess(Process process, StdioClientTransportOptions options, MessageGate gate, int maxMessageBytes)
    {
        _process = process;
        _options = options;
        _errors = Task.Run(ReadErrorsAsync);
        Transport = new LineTransport(process.StandardInput.BaseStream, process.StandardOutput.BaseStream, gate, maxMessageBytes, CloseAsync);
    }

    public LineTransport Transport { get; }

    /// <summary>
    /// Lets the process end: it is told by the end of its input, given the options' time, and then killed with all that it
    /// has started. A process lives in real time, whatever clock the host has.
    /// </summary>
    private async Task<Exception?> CloseAsync()
    {
        int? exitCode = null;
        try
        {
            CloseInput();
            await WaitForExitAsync(_options.ShutdownTimeout).ConfigureAwait(false);
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
                await WaitForExitAsync(_options.ShutdownTimeout).ConfigureAwait(false);
            }

            exitCode = _process.HasExited ? _process.ExitCode : null;
            await _errors.WaitAsync(DrainTimeout, TimeProvider.System).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception or TimeoutException or NotSupportedException)
        {
            // It has gone meanwhile, or a child of its own keeps its standard error open.
        }

        var details = new StdioClientCompletionDetails { ExitCode = exitCode, StandardErrorTail = LastLines() };
        _process.Dispose();
        return new ClientTransportClosedException(details);
    }

    private void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It reads no more: nothing is left to be written.
        }
    }

    private async Task WaitForExitAsync(TimeSpan time)
    {
        using var timeout = new CancellationTokenSource(time, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It does not end by itself.
        }
    }

    /// <summary>Reads all of it, so that the process never waits for a reader, and keeps the end of it.</summary>
    private async Task ReadErrorsAsync()
    {
        var chunk = new byte[4 * 1024];
        var decoder = new LineSplitter(_options.StandardErrorLines);
        try
        {
            int read;
            while ((read = await _process.StandardError.BaseStream.ReadAsync(chunk).ConfigureAwait(false)) > 0)
            {
                lock (_tail)
                {
                    for (int i = 0; i < read; i++)
                    {
                        if (_tail.Count == MostErrorBytes)
                        {
                            _tail.Dequeue();
                        }

                        _tail.Enqueue(chunk[i]);
                    }
                }

                decoder.Add(chunk.AsSpan(0, read));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The process is gone.
        }
    }

    private string[] LastLines()
    {
        byte[] bytes;
        lock (_tail)
        {
            bytes = [.. _tail];
        }

        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length <= MostLines ? lines : lines[^MostLines..];
    }
}
