using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp.Tests.Client;

/// <summary>What a server asks in the middle of a call, in either era.</summary>
public sealed class McpQuestionTests : ToolkitFixture
{
    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task A_question_is_put_to_the_person_for_whom_the_call_is_made(string revision)
    {
        Server.Tools = [TestServer.Tool("book")];
        Server.OnCall = AskForCity;
        var ada = await OfferAsync(revision);
        var bob = await JoinAsync("bob");
        await AnswerAsync(bob, _ => """{"action":"accept","content":{"city":"Bergen"}}""");
        var asked = await AnswerAsync(ada, _ => """{"action":"accept","content":{"city":"Oslo"}}""");
        Assert.Equal("accept Oslo", await TextAsync(ada, "far/book"));
        Assert.Equal("accept Bergen", await TextAsync(bob, "far/book"));
        var question = Assert.Single(asked);
        Assert.Equal("'far/book' asks: Where to?", question.GetProperty("message").GetString());
        Assert.Equal("string", question.GetProperty("form").GetProperty("properties").GetProperty("city").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(Older, """{"action":"decline"}""", "decline ")]
    [InlineData(Older, """{"action":"cancel"}""", "cancel ")]
    [InlineData(Newer, """{"action":"decline"}""", "decline ")]
    [InlineData(Newer, "\"Rome\"", "accept Rome")]
    [InlineData(Older, """{"city":"Rome"}""", "accept Rome")]
    public async Task Answers_may_be_short(string revision, string answer, string expected)
    {
        Server.Tools = [TestServer.Tool("book")];
        Server.OnCall = AskForCity;
        var ada = await OfferAsync(revision);
        await AnswerAsync(ada, _ => answer);
        Assert.Equal(expected, await TextAsync(ada, "far/book"));
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task Without_anybody_to_ask_there_is_no_answer(string revision)
    {
        Server.Tools = [TestServer.Tool("book")];
        Server.OnCall = AskForCity;
        var ada = await OfferAsync(revision);
        Assert.Equal("cancel ", await TextAsync(ada, "far/book"));
    }

    [Fact]
    public async Task A_question_that_could_be_anybodys_is_put_to_nobody()
    {
        Server.Tools = [TestServer.Tool("book"), TestServer.Tool("hold")];
        var (started, release) = (new Signal(), new Signal());
        Server.OnCall = async (request, token) =>
        {
            if (request.Params!.Name == "book")
            {
                return await AskForCity(request, token);
            }

            started.Set();
            await release.WaitAsync(token);
            return TestServer.Text("held");
        };
        var ada = await OfferAsync(Older);
        var bob = await JoinAsync("bob");
        var (askedOfAda, askedOfBob) = (await AnswerAsync(ada, _ => "\"Oslo\""), await AnswerAsync(bob, _ => "\"Bergen\""));
        var held = TextAsync(bob, "far/hold");
        await started.InTime();
        Assert.Equal("cancel ", await TextAsync(ada, "far/book"));
        release.Set();
        Assert.Equal("held", await held);
        Assert.Empty(askedOfAda);
        Assert.Empty(askedOfBob);
    }

    [Theory]
    [InlineData(Older, true, "accept")]
    [InlineData(Older, false, "decline")]
    [InlineData(Newer, true, "accept")]
    [InlineData(Newer, false, "decline")]
    public async Task A_question_that_wants_a_yes_goes_to_the_approver_where_there_is_no_screen(string revision, bool yes, string expected)
    {
        var asked = new List<ApprovalRequest>();
        Room = new()
        {
            Approver = (request, _) =>
            {
                asked.Add(request);
                return new(yes ? ApprovalAnswer.ApprovedFor(request.Record) : ApprovalAnswer.Refused());
            },
        };
        Server.Tools = [TestServer.Tool("book")];
        Server.OnCall = (request, token) => AskAsync(request, new ElicitRequestParams { Message = "Really?", RequestedSchema = new() }, token);
        var ada = await OfferAsync(revision);
        Assert.Equal(expected, (await TextAsync(ada, "far/book")).Trim());
        var approval = Assert.Single(asked);
        Assert.Equal(("bridge", "ada", "'far/book' asks: Really?"), (approval.Caller.Name, approval.OnBehalfOf?.Name, approval.Tool.Description));

        // What is to be filled in cannot be agreed to.
        Server.OnCall = AskForCity;
        Assert.Equal("cancel ", await TextAsync(ada, "far/book"));
        Assert.Single(asked);
        Assert.Equal("far", (await KitAsync(ada)).Name);
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task A_host_may_answer_itself(string revision)
    {
        Server.Tools = [TestServer.Tool("book")];
        Server.OnCall = AskForCity;
        var ada = await OfferAsync(revision, options => options with
        {
            Questions = static (question, _) => new(McpAnswer.Accepted(JsonElement.Parse($$"""{"city":"{{question.Call.Caller.Name}}"}"""))),
        });
        Assert.Equal("accept ada", await TextAsync(ada, "far/book"));
    }

    [Fact]
    public async Task Cancelling_in_a_later_round_cancels_at_the_server()
    {
        Server.Tools = [TestServer.Tool("book")];
        var (second, cancelled) = (new Signal(), new Signal());
        Server.OnCall = async (request, token) =>
        {
            if (request.Params!.InputResponses is null)
            {
                throw new InputRequiredException(Form(), "state");
            }

            await using var registration = token.Register(cancelled.Set);
            second.Set();
            await cancelled.WaitAsync(CancellationToken.None);
            return TestServer.Text("too late");
        };
        var ada = await OfferAsync(Newer);
        await AnswerAsync(ada, _ => "\"Oslo\"");
        using var cancel = new CancellationTokenSource();
        var call = ada.Toolkits.TryInvokeAsync("far/book", default(JsonPayload), cancellationToken: cancel.Token);
        await second.InTime();
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        await cancelled.InTime();
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task A_server_uses_a_model_only_where_the_host_lends_one(string revision)
    {
        Server.Tools = [TestServer.Tool("think")];
        Server.OnCall = Sample;
        var ada = await OfferAsync(revision);
        Assert.NotEqual("42", (await FailAsync(ada, "far/think")).Message);
        await Toolkit.DisposeAsync();
        Toolkit lent = null!;
        await using var second = await McpToolkit.ConnectAsync("lent", Server.Streams(), Options(revision) with
        {
            Sampling = static (parameters, call, _) => new(JsonElement.Parse(
                $$"""{"role":"assistant","model":"m","content":{"type":"text","text":"{{call?.Caller.Name}} {{parameters.GetProperty("maxTokens")}}"} }""")),
        }, Stop).InTime();
        await second.RegisterAsync(await JoinAsync("lender", Grants.Full), null, Stop).InTime();
        lent = second.Toolkit!;
        Assert.Equal("ada 5", await TextAsync(ada, $"{lent.Name}/think"));
    }

    private static Dictionary<string, InputRequest> Form(ElicitRequestParams? question = null) => new() { ["city"] = InputRequest.ForElicitation(question ?? CityForm()) };

    private static ElicitRequestParams CityForm() => new()
    {
        Message = "Where to?",
        RequestedSchema = new() { Properties = { ["city"] = new ElicitRequestParams.StringSchema() }, Required = ["city"] },
    };

    private static ValueTask<CallToolResult> AskForCity(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken) =>
        AskAsync(request, CityForm(), cancellationToken);

    private static async ValueTask<CallToolResult> AskAsync(RequestContext<CallToolRequestParams> request, ElicitRequestParams question, CancellationToken cancellationToken)
    {
        ElicitResult? answer;
        if (request.Server.NegotiatedProtocolVersion == Older)
        {
            answer = await request.Server.ElicitAsync(question, cancellationToken);
        }
        else if (request.Params!.InputResponses is { } given)
        {
            answer = given["city"].Deserialize(McpClientJson.Of<ElicitResult>());
        }
        else
        {
            throw new InputRequiredException(Form(question), "state");
        }

        return TestServer.Text($"{answer!.Action} {(answer.Content?.TryGetValue("city", out var city) == true ? city : "")}");
    }

    private static async ValueTask<CallToolResult> Sample(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var wanted = new CreateMessageRequestParams { MaxTokens = 5, Messages = [new() { Role = Role.User, Content = [new TextContentBlock { Text = "?" }] }] };
        CreateMessageResult? answer;
        if (request.Server.NegotiatedProtocolVersion == Older)
        {
            answer = await request.Server.SampleAsync(wanted, cancellationToken);
        }
        else if (request.Params!.InputResponses is { } given)
        {
            answer = given["thought"].Deserialize(McpClientJson.Of<CreateMessageResult>());
        }
        else
        {
            throw new InputRequiredException(new Dictionary<string, InputRequest> { ["thought"] = InputRequest.ForSampling(wanted) }, "state");
        }

        return new() { Content = answer!.Content };
    }

    /// <summary>Gives a person a screen: the private tool <c>user/ask_user</c>; gives what it was asked.</summary>
    private static async Task<List<JsonElement>> AnswerAsync(RoomClient person, Func<JsonElement, string> answer)
    {
        var asked = new List<JsonElement>();
        await person.Toolkits.RegisterAsync(new Toolkit("user", new Screen(question =>
        {
            asked.Add(question);
            return answer(question);
        })), new() { Private = true }, Stop).InTime();
        return asked;
    }

    private sealed class Screen(Func<JsonElement, string> answer) : Tool(new() { Name = "ask_user", InputSchema = JsonElement.Parse("""{"type":"object"}""") })
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new(new JsonResponse(JsonElement.Parse(answer(arguments.Clone()))));
    }
}
