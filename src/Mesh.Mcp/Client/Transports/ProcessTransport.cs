using System.ComponentModel;
using System.Diagnostics;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>MCP with a child process over its standard input and output; a new process for each connection.</summary>
internal sealed class ProcessTransport(StdioClientTransportOptions options) : IGatedTransport
{
    public string Name { get; } = options.Name ?? Path.GetFileNameWithoutExtension(options.Command);

    public Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("It connects with a gate.");

    public Task<ITransport> ConnectAsync(MessageGate gate, McpToolkitOptions limits, CancellationToken cancellationToken)
    {
        var process = new Process { StartInfo = StartInfo() };
        try
        {
            process.Start();
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or InvalidOperationException)
        {
            process.Dispose();
            throw new MeshException(
                new MeshError(MeshErrorCode.Unavailable, $"MCP server '{Name}' could not be started: '{options.Command}': {exception.Message}")
                {
                    Remedy = "See whether the command is installed, and in the PATH or given with its path.",
                },
                exception);
        }

        return Task.FromResult<ITransport>(new ServerProcess(process, options, gate, limits.MaxMessageBytes).Transport);
    }

    private ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo(options.Command, options.Arguments ?? [])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = options.WorkingDirectory ?? "",
        };
        if (!options.InheritEnvironmentVariables)
        {
            start.Environment.Clear();
        }

        foreach (var (name, value) in options.EnvironmentVariables ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
