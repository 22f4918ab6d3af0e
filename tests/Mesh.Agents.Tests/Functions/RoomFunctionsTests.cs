using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Agents.Tests.Functions;

public sealed class RoomFunctionsTests : AgentRoom
{
    private static Tool One(string name, string? rules = null) => Tool.Create(name, (int n) => n, new ToolOptions { Rules = rules, Description = $"Does {name}." });

    [Fact]
    public async Task Tools_are_functions_with_their_own_schemas_and_rules()
    {
        await Bot.Toolkits.RegisterAsync(new Toolkit("kit", One("a.b", "First."), One("c")) { Rules = "Be careful." }).InTime();

        var functions = await RoomFunctions.OfAsync(Bob, toolkit => toolkit.Name == "kit").InTime();

        Assert.Equal(["kit_a_b", "kit_c"], functions.Functions.Select(each => each.Name));
        Assert.Equal("Does a.b.", functions.Functions[0].Description);
        Assert.Equal("Rules for the tools of kit:\nBe careful.\n- kit_a_b: First.", functions.Rules?.ReplaceLineEndings("\n"));
        Assert.True(functions.TryFind("kit_a_b", out var address));
        Assert.Equal("kit/a.b", address.ToString());
    }

    [Fact]
    public async Task Two_tools_that_would_have_one_name_are_refused_with_both()
    {
        await Bot.Toolkits.RegisterAsync(new Toolkit("kit", One("a.b"), One("a_b"))).InTime();

        var error = (await Assert.ThrowsAsync<MeshException>(() => RoomFunctions.OfAsync(Bob).InTime())).Error;

        Assert.Equal(MeshErrorCode.NameTaken, error.Code);
        Assert.Contains("kit/a.b", error.Message, StringComparison.Ordinal);
        Assert.Contains("kit/a_b", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_several_offer_together_is_one_function_and_what_is_to_be_addressed_is_one_of_its_own()
    {
        var (ada, eve) = (await JoinAsync("ada"), await JoinAsync("eve"));
        await Bot.Toolkits.RegisterAsync(new Toolkit("kit", One("a"))).InTime();
        await ada.Toolkits.RegisterAsync(new Toolkit("kit", One("a"))).InTime();
        await eve.Toolkits.RegisterAsync(new Toolkit("kit", One("a")), new() { AddressedOnly = true }).InTime();

        var functions = await RoomFunctions.OfAsync(Bob).InTime();

        Assert.Equal(["kit_a", "kit_a_eve"], functions.Functions.Select(each => each.Name));
        Assert.True(functions.TryFind("kit_a_eve", out var address));
        Assert.Equal("eve", address.Participant);
    }

    [Fact]
    public async Task Agents_are_functions_too()
    {
        await using var registration = await Bot.Agents.RegisterAsync(Agent.Create("nlp.upper", (string text) => text)).InTime();

        var functions = await RoomFunctions.OfAsync(Bob, _ => false, "nlp.*").InTime();

        Assert.Equal("nlp_upper", Assert.Single(functions.Functions).Name);
        Assert.True(functions.TryFind("nlp_upper", out var address));
        Assert.Equal("agents/nlp.upper", address.ToString());
    }

    [Fact]
    public async Task Values_of_any_kind_become_arguments()
    {
        await Bot.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("echo", (JsonElement all, string text, double number, bool flag, long big, string[]? list = null) =>
            $"{all.GetRawText()} {text} {number} {flag} {big} {list?.Length}"))).InTime();
        var function = (await RoomFunctions.OfAsync(Bob).InTime()).Functions.Single();

        object? result = await function.InvokeAsync(new()
        {
            ["all"] = JsonElement.Parse("""{"a":[1,null]}"""),
            ["text"] = "é\"",
            ["number"] = 1.5,
            ["flag"] = true,
            ["big"] = long.MaxValue,
            ["list"] = new List<string> { "x", "y" },
        }).InTime();

        Assert.Equal($"{{\"a\":[1,null]}} é\" 1.5 True {long.MaxValue} 2", result);
    }

    [Theory]
    [InlineData("""{"a":"b\nc"}""", """{"a":"b\nc"}""")]
    [InlineData(""" "one\ntwo \"three\"" """, "one\ntwo \"three\"")]
    [InlineData("17", "17")]
    public void A_model_reads_json_as_it_is_and_a_json_string_as_what_it_says(string json, string read) =>
        Assert.Equal(read, FunctionResults.ToContent(new JsonResponse(JsonPayload.FromUtf8(System.Text.Encoding.UTF8.GetBytes(json))), 1_000));

    [Fact]
    public void Who_calls_a_function_by_itself_gets_json_as_an_element() =>
        Assert.Equal("[1]", Assert.IsType<JsonElement>(FunctionResults.ToResult(new JsonResponse(JsonPayload.FromUtf8("[1]"u8.ToArray())))).GetRawText());

    [Theory]
    [InlineData(200, 200, 0)]
    [InlineData(201, 200, 1)]
    [InlineData(100_000, 1_000, 99_000)]
    public void What_is_trimmed_keeps_its_beginning_and_its_end(int length, int limit, int leftOut)
    {
        string text = new('x', length);

        string trimmed = TrimmedText.Of(text, limit);

        Assert.Equal(leftOut == 0 ? text : $"{new string('x', limit * 2 / 3)}\n[… {leftOut} of {length} characters left out …]\n{new string('x', limit - (limit * 2 / 3))}", trimmed);
    }

    [Fact]
    public void No_character_is_cut_in_two()
    {
        string text = string.Concat(Enumerable.Repeat("😀", 500));

        for (int limit = 200; limit < 210; limit++)
        {
            Assert.True(System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(TrimmedText.Of(text, limit))) == TrimmedText.Of(text, limit));
        }
    }
}
