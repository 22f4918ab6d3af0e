namespace Mesh.Core.Tests.Documentation;

public sealed class QuickstartTests
{
    [Fact]
    public async Task It_tells_the_whole_story_over_any_folder_of_texts_and_leaves_it_as_it_was()
    {
        var folder = Directory.CreateTempSubdirectory("mesh-tests-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "README.md"), "# Rooms\nA meadow, a meadow \e[31mand a river.\n");
            Directory.CreateDirectory(Path.Combine(folder.FullName, "deep"));
            File.WriteAllText(Path.Combine(folder.FullName, "deep", "notes.txt"), "Nothing here.\nBut a Meadow here.\n");
            File.WriteAllBytes(Path.Combine(folder.FullName, "picture.bin"), [1, 0, 2]);

            var sample = await Sample.RunAsync("Quickstart", folder.FullName);

            Assert.Equal((0, ""), (sample.ExitCode, sample.Error));
            Assert.All(
                (string[])
                [
                    "● participant.joined     reader (agent)",
                    "● toolkit.registered     librarian: files (list, read, countWords, search, writeIndex, deleteIndex)",
                    "    2 text files, 78 bytes\n",
                    "    │ A meadow, a meadow  [31mand a river.\n",
                    "meadow 2",
                    "      0 %  README.md:2  A meadow",
                    "     50 %  deep/notes.txt:2  But a Meadow here.\n    100 %  2 files have it\n",
                    "cancelled: the librarian stopped after 1 of 2 files",
                    "✗ invalid_arguments: Tool 'files/read': argument /lines must be >= 1 (got 0)",
                    "✗ file_refused: Path '../secrets.txt' leads out of the folder.",
                    "? May reader call files/writeIndex {\"title\":\"All that there is to read\"}?\n  ! Yes",
                    "✓ 2 files are in ",
                    "✗ not_granted: Tool 'files/deleteIndex' is not granted to 'reader'.",
                    "✓ the index is gone",
                    "● participant.left       librarian (left)",
                    "ada → desk/brief  README.md\n    │ # Rooms … 8 words\n",
                    "\nWhat happened\ncaller     tool                  by  ",
                    "\nreader     files/search          librarian ",
                    "  cancelled\n",
                    "library  ada → desk/brief                     reader ",
                    "library    reader for ada → files/read        librarian ",
                    "library    reader for ada → files/countWords  librarian ",
                    "ada → text.summarizeAll  streamed over the first 3 files\n    │ README.md: ",
                    "    │ deep/notes.txt: ",
                    "    │ answered by summarizer-1\n",
                    "    │ answered by summarizer-2\n",
                    "    │ 4 answers by summarizer-2\n",
                    "    │ noticed: summaries.1 = {\"path\":\"README.md\"",
                    "    │ dead letter \"no-such-file.txt\" after 5 deliveries: file_refused: There is no text file",
                    "\nOne message\n",
                    "desk → desk.clerk/process@desk ",
                    "desk → agents/text.summarize ",
                    "desk → state/put ",
                    "\nA chat\nThe assistant is a stand-in for a model, which knows a few words and calls the real tools.",
                    "assistant: Ask me about the files of this folder.\nyou: Which files are there?\nassistant: (calls files_list) I am a stand-in, so I only read out what I found: {\"count\":2,",
                    "you: Count the words of README.md, please.\nassistant: (calls files_countWords) I am a stand-in, so I only read out what I found: {\"count\":8,",
                    "? May assistant call files/writeIndex@assistant {\"title\":\"All that there is to read\"}?\n  ! Yes",
                    "found: 2 files are in ",
                ],
                line => Assert.Contains(line, sample.Output, StringComparison.Ordinal));
            Assert.DoesNotContain('\e', sample.Output);
            Assert.Equal(3, folder.EnumerateFiles("*", SearchOption.AllDirectories).Count());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_folder_of_one_file_will_do()
    {
        var folder = Directory.CreateTempSubdirectory("mesh-tests-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "a"), "\n");

            var sample = await Sample.RunAsync("Quickstart", "--demo", folder.FullName);

            Assert.Equal((0, ""), (sample.ExitCode, sample.Error));
            Assert.Contains("stopped after 1 of 1 files", sample.Output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_link_out_of_the_folder_is_not_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        var outside = Directory.CreateTempSubdirectory("mesh-tests-");
        var folder = Directory.CreateTempSubdirectory("mesh-tests-");
        try
        {
            File.WriteAllText(Path.Combine(outside.FullName, "secret.txt"), "secret");
            File.WriteAllText(Path.Combine(folder.FullName, "a.txt"), "plain");
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "README.md"), Path.Combine(outside.FullName, "secret.txt"));
            Directory.CreateSymbolicLink(Path.Combine(folder.FullName, "sub"), outside.FullName);

            var sample = await Sample.RunAsync("Quickstart", folder.FullName);

            Assert.Equal((0, ""), (sample.ExitCode, sample.Error));
            Assert.Contains("1 text file, 5 bytes", sample.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("secret.txt:", sample.Output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
            outside.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("There is no folder '", "no-such-folder")]
    [InlineData("One folder at most.", ".", ".")]
    public async Task Bad_arguments_are_named_and_the_exit_code_is_2(string message, params string[] arguments)
    {
        var sample = await Sample.RunAsync("Quickstart", arguments);

        Assert.Equal((2, ""), (sample.ExitCode, sample.Output));
        Assert.StartsWith(message, sample.Error, StringComparison.Ordinal);
        Assert.Contains("Usage: dotnet run --project samples/Quickstart", sample.Error, StringComparison.Ordinal);
    }
}
