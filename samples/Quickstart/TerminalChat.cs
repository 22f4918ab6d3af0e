using Mesh;

namespace Quickstart;

/// <summary>A person at the terminal who talks with the assistant, and is asked before it writes anything.</summary>
internal static class TerminalChat
{
    public static async Task<int> RunAsync(TextFolder folder)
    {
        Console.WriteLine($"A room over {folder}. The assistant is {Models.Describe()}");
        Console.WriteLine("An empty line ends the chat, Ctrl+C an answer. --demo tells the whole tour, --serve makes the room an MCP server.");
        var lines = new TerminalLines();
        FolderChat? chat = null;
        await using var mesh = new MeshHost(new() { OnFault = fault => Console.Error.WriteLine($"\n! {fault.Message} {Text.Harmless(fault.Exception?.GetBaseException().Message ?? "")}") });
        await using var you = await mesh.JoinAsync("library", "you", options: new()
        {
            Approver = async (request, cancellationToken) =>
            {
                await chat!.WhenPrintedAsync(cancellationToken);
                Console.Write($"? May {request.Caller.Name} call {request.Record.Target} {Text.Harmless(request.Arguments.GetRawText())}? [y/N] ");
                string? said = await lines.ReadAsync(cancellationToken);
                return said?.ToUpperInvariant() is "Y" or "YES" ? ApprovalAnswer.Approved : ApprovalAnswer.Refused("The person said no.");
            },
        });

        await using var open = chat = await FolderChat.OpenAsync(mesh, you, folder, Models.Pick());
        CancellationTokenSource? answer = null;
        Console.CancelKeyPress += (_, pressed) =>
        {
            // While nothing is being answered, it ends the program as always.
            pressed.Cancel = Volatile.Read(ref answer) is { } running && !running.IsCancellationRequested;
            Volatile.Read(ref answer)?.Cancel();
        };

        while (await AskAsync(lines) is { Length: > 0 } said)
        {
            using var running = answer = new CancellationTokenSource();
            await chat.SayAsync(said, running.Token);
            Volatile.Write(ref answer, null);
        }

        return 0;
    }

    private static ValueTask<string?> AskAsync(TerminalLines lines)
    {
        Console.Write("you: ");
        return lines.ReadAsync(CancellationToken.None);
    }
}
