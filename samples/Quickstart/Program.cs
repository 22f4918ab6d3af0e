using Quickstart;

string mode = args is ["--serve" or "--demo", ..] ? args[0] : "";
if (TextFolder.Open(mode.Length > 0 ? args[1..] : args, out string problem) is not { } folder)
{
    Console.Error.WriteLine(problem);
    return 2;
}

// A room over the folder: for MCP clients, for the person at the terminal, or, where nobody is there to talk, a story that tells itself.
bool isAlone = Console.IsInputRedirected || Console.IsOutputRedirected;
return mode switch
{
    "--serve" => await ServedRoom.RunAsync(folder),
    "" when !isAlone => await TerminalChat.RunAsync(folder),
    _ => await Tour.TellAsync(folder),
};
