using Mesh;

namespace Quickstart;

/// <summary>The whole tour, told by itself: <c>--demo</c>.</summary>
internal static class Tour
{
    public static async Task<int> TellAsync(TextFolder folder)
    {
        // A room has somebody to ask where a call needs an approval, and a journal of all that happens.
        var story = Story.OnConsole();
        var journal = new MemoryJournal();
        FolderChat? chat = null;
        await using var mesh = new MeshHost(new MeshHostOptions
        {
            Journal = journal,
            ConfigureRoom = room => new RoomOptions { Approver = AnswerAsync },
        });
        story.Title($"A room over {folder}");

        // Joining opens the room. Ada is a person; she watches what happens in it.
        await using var ada = await mesh.JoinAsync("library", "ada");
        await using var events = ada.Events.ReadAsync().GetAsyncEnumerator();

        // The librarian offers a toolkit: the [Tool] methods of a class.
        var toolkit = new FilesToolkit(folder);
        await using var librarian = await mesh.JoinAsync("library", "librarian", Grants.ToolDefault, new() { Role = ParticipantRole.Tool });
        await librarian.Toolkits.RegisterAsync(Toolkit.FromObject("files", toolkit));

        // The reader may use five of its six tools and offer tools of its own, and nothing else.
        var grants = new Grants
        {
            Agents = new()
            {
                UseTools = true,
                Tools = new("files/list", "files/read", "files/countWords", "files/search", "files/writeIndex"),
                RegisterPublicToolkit = true,
            },
        };
        await using var reader = await mesh.JoinAsync("library", "reader", grants, new() { Role = ParticipantRole.Agent });
        await ShowEventsUntil(RoomEventKinds.ParticipantJoined, "reader");

        // Calls: the arguments are checked by the schema of the method's signature, the result is read as a type.
        story.Call(reader, "files/list", "the text files, largest first");
        var list = await reader.Toolkits.InvokeAsync<FileList>("files/list", new { max = 3 });
        story.Files(list);

        string path = list.Readme ?? list.Largest[0].Path;
        story.Call(reader, "files/read", path);
        story.Lines(await reader.Toolkits.InvokeAsync<string[]>("files/read", new { path, lines = 3 }));

        story.Call(reader, "files/countWords", path);
        var words = await reader.Toolkits.InvokeAsync<WordCount>("files/countWords", new { path });
        story.Words(words);

        // A tool may call other tools: for whoever asks, within that caller's rights and budget, as one tree of calls.
        await reader.Toolkits.RegisterAsync(Toolkit.Create("desk", Tool.Create("brief", async (string path, CallContext call) =>
        {
            string[] beginning = await call.Room.Toolkits.InvokeAsync<string[]>("files/read", new { path, lines = 1 });
            var count = await call.Room.Toolkits.InvokeAsync<WordCount>("files/countWords", new { path });
            return $"{string.Concat(beginning)} … {count.Count:N0} words";
        })));
        story.Call(ada, "desk/brief", path);
        story.Lines([await ada.Toolkits.InvokeAsync<string>("desk/brief", new { path })]);

        // A stream: hits and progress come while the tool runs, and the tool goes only as fast as its reader.
        string text = words.Top is [var first, ..] ? first.Word : " ";
        story.Call(reader, "files/search", $"\"{text}\", streamed");
        await foreach (var frame in reader.Toolkits.StreamAsync("files/search", new { text }))
        {
            story.SearchFrame(frame);
        }

        // Who has read enough cancels; the tool's own code is stopped, wherever it runs.
        story.Call(reader, "files/search", $"\"{text}\", cancelled half-way");
        using var cancellation = new CancellationTokenSource();
        try
        {
            await foreach (var frame in reader.Toolkits.StreamAsync("files/search", new { text }, cancellationToken: cancellation.Token))
            {
                if (frame is ProgressFrame progress && progress.Value * 2 >= progress.Total)
                {
                    await cancellation.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            story.Stopped(await toolkit.SearchStopped);
        }

        // What goes wrong is a value: a code, a sentence and a remedy.
        story.Call(reader, "files/read", "lines = 0");
        story.Outcome(await reader.Toolkits.TryInvokeAsync("files/read", new { path, lines = 0 }));

        story.Call(reader, "files/read", "../secrets.txt");
        story.Outcome(await reader.Toolkits.TryInvokeAsync("files/read", new { path = "../secrets.txt" }));

        // A tool that asks for an approval runs when the room's approver has said yes.
        story.Call(reader, "files/writeIndex", "asks for an approval");
        story.Outcome(await reader.Toolkits.TryInvokeAsync("files/writeIndex", new { title = "All that there is to read" }));

        // The same tool, by two participants: it is not granted to the reader, but it is to a person.
        story.Call(reader, "files/deleteIndex");
        story.Outcome(await reader.Toolkits.TryInvokeAsync("files/deleteIndex"));

        story.Call(ada, "files/deleteIndex");
        story.Outcome(await ada.Toolkits.TryInvokeAsync("files/deleteIndex"));

        // Disposing a client leaves the room; what it offered goes with it.
        await reader.DisposeAsync();
        await librarian.DisposeAsync();
        await ShowEventsUntil(RoomEventKinds.ParticipantLeft, "librarian");

        // The journal has every call, refused ones too, and every event; here are all calls, and what ada's one led to.
        story.Journal("What happened", journal.ToList().ToTable());
        story.Journal("One tree of calls", journal.ToText(new() { Tree = journal.ToList(new() { Tool = "desk/brief" })[0].RootId }));

        // The room goes on with agents; each message that their worker deals with is a tree of calls as well.
        await AgentStory.TellAsync(mesh, ada, folder, story);
        story.Journal("One message", journal.ToText(new() { Tree = journal.ToList(new() { Tool = "desk.clerk/process" })[0].RootId }));

        // And somebody to talk to, who uses the same tools: a model, or what stands in for one.
        story.Journal("A chat", $"The assistant is {Models.Describe()}");
        await using var open = chat = await FolderChat.OpenAsync(mesh, ada, folder, Models.Pick());
        foreach (string said in (string[])["Which files are there?", $"Count the words of {path}, please.", "Write an index."])
        {
            await chat.SayAsync(said);
        }

        return 0;

        async ValueTask<ApprovalAnswer> AnswerAsync(ApprovalRequest request, CancellationToken cancellationToken)
        {
            await (chat?.WhenPrintedAsync(cancellationToken) ?? Task.CompletedTask);
            return story.Answer(request);
        }

        async Task ShowEventsUntil(string kind, string participant)
        {
            while (await events.MoveNextAsync())
            {
                story.Event(events.Current);
                if (events.Current.Kind == kind && events.Current.Participant?.Name == participant)
                {
                    return;
                }
            }
        }
    }
}
