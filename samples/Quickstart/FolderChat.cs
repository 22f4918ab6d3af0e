using Mesh;
using Mesh.Agents;
using Microsoft.Extensions.AI;

namespace Quickstart;

/// <summary>An assistant in the room that has the tools of the folder, and one thread with it, printed as it goes.</summary>
internal sealed class FolderChat : IAsyncDisposable
{
    private readonly RoomClient _room;
    private readonly ChatBot _assistant;
    private readonly ChatBotClient _chat;
    private readonly ChatThread _thread;
    private readonly FilesToolkit _files;
    private readonly SemaphoreSlim _asking = new(0);

    private FolderChat(RoomClient room, ChatBot assistant, ChatBotClient chat, ChatThread thread, FilesToolkit files) =>
        (_room, _assistant, _chat, _thread, _files) = (room, assistant, chat, thread, files);

    public static async Task<FolderChat> OpenAsync(MeshHost mesh, RoomClient person, TextFolder folder, IChatClient model)
    {
        var room = await mesh.JoinAsync("library", "assistant", Grants.AgentDefault, new() { Role = ParticipantRole.Agent });
        var files = new FilesToolkit(folder);
        var assistant = new ChatBot("assistant", model, loop: Models.Loop)
        {
            Greeting = "Ask me about the files of this folder.",
            Rules = ["You help with the text files of one folder. Look into them with your tools before you answer, and answer briefly, in plain text."],
            Toolkits = [Toolkit.FromObject("files", files)],
        };
        await assistant.StartAsync(room);

        var chat = person.ChatWith("assistant");
        var thread = await chat.OpenAsync();
        Print("assistant: ", thread.Entries[0].Text!);
        Console.WriteLine();
        return new(room, assistant, chat, thread, files);
    }

    /// <summary>For approvers: waits until what led to the question is printed. The stream tells it a moment later; longer than a second nobody waits.</summary>
    public Task WhenPrintedAsync(CancellationToken cancellationToken) => _asking.WaitAsync(TimeSpan.FromSeconds(1), cancellationToken);

    /// <summary>Says something and prints the answer as it comes.</summary>
    public async Task SayAsync(string text, CancellationToken cancellationToken = default)
    {
        if (Console.IsOutputRedirected)
        {
            Console.WriteLine($"you: {text}");
        }

        Print("assistant: ", "");
        try
        {
            await foreach (var happened in _chat.StreamAsync(_thread.Thread, text, cancellationToken))
            {
                Print("", happened switch
                {
                    { Kind: ChatEventKinds.Text, Text: { } piece } => piece,
                    { Kind: ChatEventKinds.Call, Tool: { } tool } => $"(calls {tool}) ",
                    _ => "",
                });
                if (happened.Status == ChatStatus.Asking)
                {
                    Console.WriteLine();
                    _asking.Release();
                }
            }

            Console.WriteLine();
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine(" (interrupted)");
        }
        catch (MeshException exception)
        {
            Console.WriteLine($" ({exception.Error}{Models.Remedy(exception)})");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _assistant.DisposeAsync();
        await _room.DisposeAsync();
        _asking.Dispose();

        // What it has written to a temporary folder goes with it.
        _files.DeleteIndex();
    }

    private static void Print(string who, string text) => Console.Write(who + string.Join("\n    ", text.Split('\n').Select(Text.Harmless)));
}
