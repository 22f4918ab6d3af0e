using Anthropic;
using Anthropic.Exceptions;
using ChatRoom;
using Mesh;
using Mesh.Agents;
using Microsoft.Extensions.AI;

bool isReal = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("ANTHROPIC_API_KEY"));
using IChatClient model = isReal ? new AnthropicClient().AsIChatClient("claude-sonnet-4-5") : new StandIn();
var loop = new ToolLoopOptions { FailureOf = exception => exception is AnthropicApiException refused ? new(refused.StatusCode) : null };
bool isDemo = args is ["--demo"] || Console.IsInputRedirected;
Console.WriteLine(isReal ? "The agents think with a real model." : "The agents think with a stand-in, which calls the real tools. Set ANTHROPIC_API_KEY for a model.");

// Two agents: the cook talks with people, and asks the buyer, whose tool spends money.
await using var mesh = new MeshHost();
await using var cook = await mesh.JoinAsync("kitchen", "cook", Grants.AgentDefault, new() { Role = ParticipantRole.Agent });
await using var buyer = await mesh.JoinAsync("kitchen", "buyer", Grants.AgentDefault, new() { Role = ParticipantRole.Agent });
await using var shopper = new LlmTaskRunner("buyer", model, loop: loop)
{
    Rules = ["Order what you are asked for with shop_order, and say in one sentence what came of it."],
    Toolkits = [Toolkit.Create("shop", Tool.Create("order", (string what) => $"{what}: ordered, comes at six", new() { RequiresApproval = true }))],
};
await shopper.StartAsync(buyer);
await using var assistant = new ChatBot("cook", model, loop: loop)
{
    Greeting = "I am the cook. Say my name, and I answer.",
    Rules = ["You cook for several people. What is missing the agent buyer gets, who is asked in one sentence. Answer in one sentence."],
    Requires = [Requirement.Agent("buyer")],
    Answers = turn => new(turn.Message.Text!.Contains("cook", StringComparison.OrdinalIgnoreCase)),
};
await assistant.StartAsync(cook);

// Two people in one thread. Each is asked about what is done for them, two agents deep: ben says yes to everything, ada is careful.
using var asking = new SemaphoreSlim(0);
await using var ada = await mesh.JoinAsync("kitchen", "ada", options: new() { Approver = (request, _) => AnswerAsync("ada", request, ApprovalAnswer.Refused("Ada eats out.")) });
await using var ben = await mesh.JoinAsync("kitchen", "ben", options: new() { Approver = (request, _) => AnswerAsync("ben", request, ApprovalAnswer.Approved) });
string thread = (await ada.ChatWith("cook").OpenAsync()).Thread;
var printing = PrintAsync();

foreach (string line in isDemo ? ["ada: Ben, are you hungry?", "ben: Cook, we need two pounds of tomatoes.", "ada: Cook, we need a lobster."] : Lines())
{
    var person = line.StartsWith("ben:", StringComparison.Ordinal) ? ben : line.StartsWith("ada:", StringComparison.Ordinal) ? ada : null;
    if (person is null)
    {
        Console.WriteLine("      ! Begin with 'ada:' or 'ben:', who are the people here.");
        continue;
    }

    try
    {
        await person.ChatWith("cook").SendAsync(thread, line[(line.IndexOf(':') + 1)..].Trim());
    }
    catch (MeshException exception)
    {
        Console.WriteLine($"      ! {exception.Error}{(isReal && exception.Code == MeshErrorCode.Unavailable ? " Is there a network, and is ANTHROPIC_API_KEY right? Without the variable a stand-in answers." : "")}");
    }
}

await assistant.StopAsync();
await printing;
return 0;

// What everybody sees who watches the thread, until the cook goes home.
async Task PrintAsync()
{
    await foreach (var happened in ben.ChatWith("cook").WatchAsync(thread, after: 0))
    {
        if (happened is { Entry: { Text.Length: > 0 } said } && said.ToMessage()!.Role != ChatRole.Tool)
        {
            Console.WriteLine($"{said.Author}: {said.Text}");
        }
        else if (happened is { Kind: ChatEventKinds.Call, Tool: { } tool })
        {
            Console.WriteLine($"      (cook calls {tool})");
        }
        else if (happened.Status == ChatStatus.Asking)
        {
            asking.Release();
        }
    }
}

// The question is printed after what led to it: the watch tells that as well, a moment later.
async ValueTask<ApprovalAnswer> AnswerAsync(string who, ApprovalRequest request, ApprovalAnswer answer)
{
    await asking.WaitAsync(TimeSpan.FromSeconds(10));
    Console.WriteLine($"      ? {who}, may {request.Caller.Name} call {request.Record.Target} {request.Arguments.GetRawText()}? {(answer == ApprovalAnswer.Approved ? "yes" : "no")}");
    return answer;
}

static IEnumerable<string> Lines()
{
    Console.WriteLine("Write 'ada: …' or 'ben: …'; an empty line ends it.");
    while (Console.ReadLine() is { Length: > 0 } line)
    {
        yield return line;
    }
}
