using System.Globalization;
using System.Text;
using System.Text.Json;
using Mesh;

namespace Quickstart;

/// <summary>Prints what happens, for a person: one line each, aligned, in colour only on a terminal that wants it.</summary>
internal sealed class Story(TextWriter output, int width, bool hasColour)
{
    private const string Dim = "2", Red = "31", Green = "32", Yellow = "33", Cyan = "36", Bold = "1";

    /// <summary>Whether the last call and its outcome were two lines: such pairs stand together.</summary>
    private bool _isPair;
    private double _searched;
    private int _hits;
    private double _nextHitShownAt;

    public static Story OnConsole()
    {
        Console.OutputEncoding = Encoding.UTF8;
        return Console.IsOutputRedirected
            ? new(Console.Out, 110, hasColour: false)
            : new(Console.Out, Math.Clamp(Console.WindowWidth, 60, 120) - 1, string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
    }

    public void Title(string text) => Print(Bold, $"Mesh · {text}");

    /// <summary>An event of the room, as its reader sees it.</summary>
    public void Event(RoomEvent e) => Print(Cyan, $"● {e.Kind,-22} {e.Kind switch
    {
        RoomEventKinds.ParticipantLeft => $"{e.Participant!.Name} ({e.Payload.GetProperty("reason")})",
        RoomEventKinds.ToolkitRegistered or RoomEventKinds.ToolkitUnregistered =>
            $"{e.Payload.GetProperty("participant")}: {e.Payload.GetProperty("toolkit")} ({string.Join(", ", e.Payload.GetProperty("tools").EnumerateArray())})",
        _ when e.Participant is { } participant => $"{participant.Name} ({participant.Role.ToString().ToLowerInvariant()})",
        _ => "",
    }}");

    /// <summary>A call that is about to be made.</summary>
    public void Call(RoomClient caller, string tool, string what = "")
    {
        (_searched, _hits, _nextHitShownAt) = (0, 0, 0);
        if (!_isPair)
        {
            output.WriteLine();
        }

        _isPair = false;
        Print(Bold, $"{caller.Self.Name} → {tool}  {what}");
    }

    public void Files(FileList list)
    {
        Detail($"{list.Count:N0} text {(list.Count == 1 ? "file" : "files")}, {list.Bytes:N0} bytes{(list.IsCapped ? "; there may be more, the librarian looks at no more than that" : "")}");
        foreach (var file in list.Largest)
        {
            Detail($"{file.Bytes,9:N0}  {file.Path}");
        }
    }

    public void Lines(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            Detail($"│ {line}");
        }
    }

    public void Words(WordCount words) => Detail(
        $"{words.Count:N0} words; the long ones that come most often: {string.Join(", ", words.Top.Select(each => $"{each.Word} {each.Count}"))}");

    /// <summary>A frame of a search as it comes. Of many hits it prints one for each fifth of the way.</summary>
    public void SearchFrame(CallFrame frame)
    {
        switch (frame)
        {
            case ProgressFrame { Value: var value, Total: { } total }:
                _searched = value / total;
                break;
            case ChunkFrame { Item: JsonPart item }:
                _hits++;
                if (_searched >= _nextHitShownAt)
                {
                    _nextHitShownAt = (Math.Floor(_searched * 5) + 1) / 5;
                    var hit = item.Value.ToElement().Deserialize<Hit>(JsonSerializerOptions.Web)!;
                    Detail($"{_searched * 100,3:N0} %  {hit.Path}:{hit.Line}  {hit.Text}");
                }

                break;
            case ResultFrame:
                Detail($"{_searched * 100,3:N0} %  {_hits:N0} {(_hits == 1 ? "file has" : "files have")} it");
                break;
            case ErrorFrame error:
                Failure(error.Error);
                break;
        }
    }

    public void Stopped(SearchProgress progress)
    {
        Print(Yellow, $"  ■ cancelled: the librarian stopped after {progress.Searched:N0} of {progress.Total:N0} files");
        _isPair = true;
    }

    /// <summary>How a call ended.</summary>
    public void Outcome(CallOutcome outcome)
    {
        _isPair = true;
        if (outcome.IsResult)
        {
            Print(Green, $"  ✓ {outcome.Response}");
        }
        else
        {
            Failure(outcome.Error);
        }
    }

    /// <summary>Asks the person at the screen, who in this story says yes to what a librarian may well do.</summary>
    public ApprovalAnswer Answer(ApprovalRequest request)
    {
        bool isFine = !request.Tool.Annotations.Destructive;
        Print(Yellow, $"  ? May {request.Caller.Name} call {request.Record.Target} {request.Arguments.GetRawText()}?");
        Print(Yellow, isFine ? "  ! Yes: it destroys nothing." : "  ! No: it may destroy something.");
        return isFine ? ApprovalAnswer.Approved : ApprovalAnswer.Refused("It may destroy something.");
    }

    /// <summary>What the journal tells, under a title; the first line of it is a heading.</summary>
    public void Journal(string title, string text)
    {
        _isPair = false;
        output.WriteLine();
        Print(Bold, title);
        string[] lines = text.TrimEnd('\n').Split('\n');
        Print(Dim, lines[0]);
        foreach (string line in lines[1..])
        {
            Print("", line);
        }
    }

    private void Failure(MeshError error)
    {
        Print(Red, $"  ✗ {error.Code}: {error.Message}");
        foreach (string line in Text.Wrap(error.Remedy ?? "", width - 4))
        {
            Detail(line);
        }
    }

    private void Detail(FormattableString text) => Detail(text.ToString(CultureInfo.InvariantCulture));

    private void Detail(string text) => Print("", $"    {text}");

    private void Print(string colour, string text)
    {
        string line = Text.Cut(Text.Harmless(text).TrimEnd(), width);
        output.WriteLine(hasColour && colour.Length > 0 ? $"\e[{colour}m{line}\e[0m" : line);
    }
}
