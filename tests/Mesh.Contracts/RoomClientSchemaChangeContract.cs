using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>A schema that changes after its registration: what was registered holds, or the change is refused.</summary>
public abstract class RoomClientSchemaChangeContract : RoomClientContract
{
    private const string IntegerSchema = """{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_schema_holds_when_what_it_was_read_from_is_gone(bool goneBeforeRegistration)
    {
        byte[] bytes = Utf8(IntegerSchema);
        var document = JsonDocument.Parse(bytes);
        var tool = new Changeling(new ToolDefinition { Name = "take", InputSchema = document.RootElement, OutputSchema = document.RootElement });
        string hash = tool.Definition.ContractHash;
        if (goneBeforeRegistration)
        {
            Spoil();
        }

        await OfferAsync("ada", tool);
        Spoil();
        var bob = await JoinAsync("bob");
        await AssertIntegersAsync(bob);
        var listed = Assert.Single(Assert.Single(await bob.Toolkits.ListAsync().InTime()).Tools);
        Assert.Equal(IntegerSchema, listed.InputSchema.GetRawText());
        Assert.Equal(hash, listed.ContractHash);
        Assert.Equal(IntegerSchema, tool.Definition.InputSchema.GetRawText());

        void Spoil()
        {
            document.Dispose();
            bytes.AsSpan().Fill((byte)' ');
        }
    }

    [Fact]
    public async Task A_tool_that_shows_another_definition_later_is_called_by_the_one_it_was_registered_with()
    {
        var tool = new Changeling(new ToolDefinition { Name = "take", InputSchema = Json(IntegerSchema), OutputSchema = Json(IntegerSchema) });
        await OfferAsync("ada", tool);
        tool.Definition = new ToolDefinition { Name = "other", InputSchema = Json("true") };
        var bob = await JoinAsync("bob");
        await AssertIntegersAsync(bob);
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/other")));
    }

    [Fact]
    public async Task Another_schema_is_another_registration()
    {
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        var definition = new ToolDefinition { Name = "take", InputSchema = Json(IntegerSchema) };
        var first = await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", new Changeling(definition))).InTime();
        var changed = Toolkit.Create("kit", new Changeling(definition with { InputSchema = Json("""{"properties":{"n":{"type":"string"}}}""") }));
        AssertCode(MeshErrorCode.NameTaken, await FailureOf(ada.Toolkits.RegisterAsync(changed)));
        var bob = await JoinAsync("bob");
        await AssertIntegersAsync(bob);

        // Who knows the old contract is told, once it is gone.
        await first.DisposeAsync().InTime();
        await ada.Toolkits.RegisterAsync(changed).InTime();
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/take", new { n = "seven" }).InTime()).IsResult);
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/take", new { n = 7 })));
        AssertCode(MeshErrorCode.ContractConflict, await FailureOf(
            bob.Toolkits.TryInvokeAsync("kit/take", new { n = "seven" }, new() { ContractHash = definition.ContractHash })));
    }

    [Fact]
    public async Task A_call_that_runs_is_checked_against_the_schema_it_began_with()
    {
        var (started, release) = (new Signal(), new Signal());
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        var first = await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("take", async () =>
        {
            started.Set();
            await release.WaitStubbornlyAsync();
            return 7;
        }))).InTime();
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.InvokeAsync<int>("kit/take");
        await started.InTime();
        await first.DisposeAsync().InTime();
        await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("take", () => "seven"))).InTime();
        release.Set();
        Assert.Equal(7, await call.InTime());
        Assert.Equal("seven", await bob.Toolkits.InvokeAsync<string>("kit/take").InTime());
    }

    [Fact]
    public async Task An_imported_schema_holds_when_what_it_was_read_from_is_gone()
    {
        byte[] bytes = Utf8("""{"registration":"00000000000000000000000000000001","toolkit":{"name":"kit","tools":[{"name":"take","inputSchema":""" + IntegerSchema + "}]}}");
        var ada = await JoinAsync("ada", Grants.Full);
        using (var document = JsonDocument.Parse(bytes))
        {
            Assert.True((await ada.Toolkits.TryInvokeAsync("room/registerToolkit", JsonPayload.FromElement(document.RootElement)).InTime()).IsResult);
        }

        bytes.AsSpan().Fill((byte)' ');
        Assert.Equal(IntegerSchema, Assert.Single(Assert.Single(await ada.Toolkits.ListAsync().InTime()).Tools).InputSchema.GetRawText());
        Assert.True((await ada.Toolkits.ExplainAsync("kit/take", JsonPayload.FromUtf8(Utf8("""{"n":7}"""))).InTime()).Valid);
        Assert.False((await ada.Toolkits.ExplainAsync("kit/take", JsonPayload.FromUtf8(Utf8("""{"n":"seven"}"""))).InTime()).Valid);
    }

    private static async Task AssertIntegersAsync(RoomClient bob)
    {
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/take", new { n = 7 }).InTime()).IsResult);
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/take", new { n = "seven" }));
        AssertCode(MeshErrorCode.InvalidArguments, error);
        Assert.Equal("/n", error.Details!.Value.GetProperty("violations")[0].GetProperty("path").GetString());
    }

    /// <summary>Shows whatever definition it is given. The one that counts is the base class's.</summary>
    private sealed class Changeling(ToolDefinition definition) : Tool(definition)
    {
        public new ToolDefinition Definition { get; set; } = definition;

        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new(new JsonResponse(JsonPayload.FromElement(arguments)));
    }
}
