namespace Mesh.Core.Tests.Participants;

public sealed class GrantsTests
{
    public static TheoryData<string> Presets => [nameof(Grants.None), nameof(Grants.UserDefault), nameof(Grants.AgentDefault), nameof(Grants.ToolDefault), nameof(Grants.Full)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void A_preset_comes_back_from_its_canonical_form(string preset)
    {
        var grants = (Grants)typeof(Grants).GetProperty(preset)!.GetValue(null)!;
        Assert.Equal(grants, Grants.FromJson(grants.ToJson()));
        Assert.Equal(grants.ToJson(), Grants.FromJson(grants.ToJson()).ToJson());
    }

    [Fact]
    public void The_canonical_form_is_fixed()
    {
        var grants = new Grants
        {
            State = new() { Keys = new("b.*", "a", "b.*") },
            Agents = new() { UseTools = true, Tools = AllowList.All },
            Budget = new() { Calls = 7, WallTime = TimeSpan.FromSeconds(90) },
        };
        Assert.Equal(
            """{"agents":{"registerAgent":false,"registerPublicToolkit":false,"registerPrivateToolkit":false,"call":false,"useAgents":false,"useTools":true,"tools":["*"]},"state":{"keys":["a","b.*"],"readOnly":false},"budget":{"calls":7,"depth":null,"wallTime":"00:01:30"}}""",
            grants.ToJson());
        Assert.Equal(grants, Grants.FromJson("""{ "budget":{"wallTime":"00:01:30","calls":7}, "agents":{"tools":["*"],"useTools":true}, "state":{"keys":["b.*","a"]} }"""));
        Assert.Equal("{}", Grants.None.ToJson());
    }

    [Fact]
    public void A_list_that_is_left_out_allows_nothing()
    {
        var grants = Grants.FromJson("""{"agents":{"useTools":true},"queues":{},"database":{},"documents":{},"storage":{},"state":{},"secrets":{},"llm":{}}""");
        Assert.Equal(
            new() { Agents = new() { UseTools = true }, Queues = new(), Database = new(), Documents = new(), Storage = new(), State = new(), Secrets = new(), Llm = new() },
            grants);
        Assert.False(grants.Agents!.Tools.Allows("kit/tool"));
    }

    [Theory]
    [InlineData("""{"wizardry":{}}""")]
    [InlineData("""{"agents":{"fly":true}}""")]
    [InlineData("""{"Agents":{}}""")]
    [InlineData("""{"agents":{},"agents":{}}""")]
    [InlineData("""{"agents":{"tools":"*"}}""")]
    [InlineData("""{"agents":{"tools":[""]}}""")]
    [InlineData("""{"agents":{"tools":[null]}}""")]
    [InlineData("""{"agents":{"tools":[7]}}""")]
    [InlineData("""{"agents":{"tools":null}}""")]
    [InlineData("""{"agents":{"useTools":"yes"}}""")]
    [InlineData("""{"budget":{"calls":-1}}""")]
    [InlineData("""{"budget":{"wallTime":"-00:00:01"}}""")]
    [InlineData("""{"budget":{"tokens":-1}}""")]
    [InlineData("""{"budget":{"tokens":1e30}}""")]
    [InlineData("""{"budget":{"cost":-0.5}}""")]
    [InlineData("""{"budget":{"cost":NaN}}""")]
    [InlineData("""{"budget":{"cost":"NaN"}}""")]
    [InlineData("""{"budget":{"cost":1e999}}""")]
    [InlineData("""{"budget":{"cost":Infinity}}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{")]
    public void What_is_not_understood_is_refused(string json)
    {
        var error = Assert.Throws<MeshException>(() => Grants.FromJson(json));
        Assert.Equal(MeshErrorCode.InvalidDefinition, error.Code);
    }

    [Theory]
    [InlineData("kit/read", true)]
    [InlineData("kit/write", false)]
    [InlineData("files/anything", true)]
    [InlineData("files", true)]
    [InlineData("filesystem/x", false)]
    [InlineData("other/x", false)]
    public void A_pattern_with_a_slash_is_about_tools_and_one_without_about_toolkits(string path, bool allowed)
    {
        var grants = new AgentGrants { UseTools = true, Tools = new("kit/re*", "files") };
        Assert.Equal(allowed, grants.AllowsTool(path));
        Assert.False((grants with { UseTools = false }).AllowsTool(path));
    }
}
