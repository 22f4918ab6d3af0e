using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Mesh.Contracts;

/// <summary>Calls through a prepared handle: whichever way values go, they end as calls with JSON do.</summary>
public abstract class RoomClientHandleContract : RoomClientContract
{
    private static readonly Order Good = new("Oslo", 3);

    private readonly List<string> _handled = [];

    /// <summary>Whether values of sealed immutable types reach a tool as they are.</summary>
    protected bool PassesValues => Connection == ConnectionKind.Direct;

    private Tool OrderTool => Tool.Create("order", ([MinLength(2)] string city, [Range(1, 5)] int days, string unit = "C") =>
    {
        lock (_handled)
        {
            _handled.Add(city);
        }

        return new Ticket(city, days, unit);
    });

    [Fact]
    public async Task A_typed_call_returns_what_the_tool_returned()
    {
        await OfferAsync("ada", OrderTool);
        var tool = (await JoinAsync("bob")).Toolkits.GetTool<Order, Ticket>("kit/order");
        Assert.Equal(new Ticket("Oslo", 3, "C"), await tool.InvokeAsync(Good).InTime());
        Assert.Equal(PassesValues ? "reference" : "json", (await tool.ExplainAsync(Good).InTime()).Passing);
        var entry = Assert.Single(EntriesOf("kit/order"));
        Assert.Equal((CallStatus.Result, "bob", "ada"), (entry.Status, entry.Caller, entry.Provider));
    }

    [Fact]
    public async Task The_result_of_a_tool_that_does_not_stream_is_its_one_item()
    {
        await OfferAsync("ada", OrderTool, Tool.Create("nothing", (string city, int days) => { }));
        var bob = await JoinAsync("bob");

        Assert.Equal([new Ticket("Oslo", 3, "C")], await bob.Toolkits.GetTool<Order, Ticket>("kit/order").StreamAsync(Good).ToListInTimeAsync());
        Assert.Empty(await bob.Toolkits.GetTool<Order, Ticket?>("kit/nothing").StreamAsync(Good).ToListInTimeAsync());
    }

    [Fact]
    public async Task The_outcome_of_a_typed_call_is_JSON_for_who_looks_at_it()
    {
        await OfferAsync("ada", OrderTool);
        var outcome = await (await JoinAsync("bob")).Toolkits.GetTool<Order, Ticket>("kit/order").TryInvokeAsync(Good).InTime();
        Assert.Equal("""{"city":"Oslo","days":3,"unit":"C"}""", Assert.IsType<JsonResponse>(outcome.Response).Value.ToString());
        Assert.Equal("Oslo", Assert.IsType<JsonResponse>(outcome.Response).Value.ToElement().GetProperty("city").GetString());
    }

    [Theory]
    [InlineData("O", 3)]
    [InlineData("Oslo", 0)]
    [InlineData("O", 9)]
    [InlineData(null, 3)]
    public async Task Values_that_break_a_rule_are_refused_as_their_JSON_is(string? city, int days)
    {
        await OfferAsync("ada", OrderTool);
        var bob = await JoinAsync("bob");
        var tool = bob.Toolkits.GetTool<LooseOrder, Ticket>("kit/order");
        var typed = await FailureOf(tool.TryInvokeAsync(new LooseOrder(city, days)));
        var json = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/order", new { city, days }));
        AssertCode(MeshErrorCode.InvalidArguments, typed);
        Assert.Equal((json.Code, json.Message, json.Details?.GetRawText()), (typed.Code, typed.Message, typed.Details?.GetRawText()));
        Assert.Equal(typed.Message, (await FailureOf(tool.InvokeAsync(new LooseOrder(city, days)))).Message);
        Assert.Equal("json", (await tool.ExplainAsync(new LooseOrder(city, days)).InTime()).Passing);
        Assert.Empty(_handled);
    }

    [Fact]
    public async Task A_value_that_JSON_cannot_carry_is_refused_as_an_argument()
    {
        await OfferAsync("ada", Tool.Create("half", (double amount) => amount / 2));
        var tool = (await JoinAsync("bob")).Toolkits.GetTool<Amount, double>("kit/half");
        Assert.Equal(2, await tool.InvokeAsync(new(4)).InTime());
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(tool.TryInvokeAsync(new(double.NaN))));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(tool.InvokeAsync(new(double.PositiveInfinity))));
    }

    [Fact]
    public async Task Half_a_surrogate_pair_arrives_as_JSON_would_carry_it()
    {
        await OfferAsync("ada", OrderTool);
        var tool = (await JoinAsync("bob")).Toolkits.GetTool<Order, Ticket>("kit/order");
        Assert.Equal("x\uFFFDy", (await tool.InvokeAsync(new("x\uD800y", 1)).InTime()).City);
        Assert.Equal(["x\uFFFDy"], _handled);
    }

    [Fact]
    public async Task Arguments_that_the_tool_does_not_know_are_refused()
    {
        await OfferAsync("ada", OrderTool);
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.GetTool<LargerOrder, Ticket>("kit/order").InvokeAsync(new("Oslo", 3, true)));
        Assert.Equal((await FailureOf(bob.Toolkits.TryInvokeAsync("kit/order", new { city = "Oslo", days = 3, express = true }))).Message, error.Message);
    }

    [Fact]
    public async Task A_property_that_is_left_out_of_JSON_leaves_the_tool_its_default()
    {
        await OfferAsync("ada", OrderTool);
        var tool = (await JoinAsync("bob")).Toolkits.GetTool<OpenOrder, Ticket>("kit/order");
        Assert.Equal("C", (await tool.InvokeAsync(new("Oslo", 3, null)).InTime()).Unit);
        Assert.Equal("F", (await tool.InvokeAsync(new("Oslo", 3, "F")).InTime()).Unit);
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf((await JoinAsync("eve")).Toolkits.GetTool<NullOrder, Ticket>("kit/order").TryInvokeAsync(new("Oslo", 3, null))));
    }

    [Fact]
    public async Task Types_that_do_not_go_by_reference_go_as_JSON()
    {
        await OfferAsync("ada", OrderTool);
        var bob = await JoinAsync("bob");
        var changeable = bob.Toolkits.GetTool<ChangeableOrder, Ticket>("kit/order");
        Assert.Equal("Oslo", (await changeable.InvokeAsync(new() { City = "Oslo", Days = 1 }).InTime()).City);
        Assert.Equal("json", (await changeable.ExplainAsync(new() { City = "Oslo", Days = 1 }).InTime()).Passing);
        Assert.Equal(2, (await bob.Toolkits.GetTool<LongOrder, Ticket>("kit/order").InvokeAsync(new("Oslo", 2)).InTime()).Days);
        Assert.Equal("Oslo", (await bob.Toolkits.GetTool<Order, City>("kit/order").InvokeAsync(Good).InTime()).Name);
        Assert.Equal(3, (await bob.Toolkits.GetTool<Order, ToolResponse>("kit/order").InvokeAsync(Good).InTime() as JsonResponse)?.Value.ToElement().GetProperty("days").GetInt32());
    }

    [Fact]
    public async Task The_reason_why_arguments_go_as_JSON_is_told()
    {
        await OfferAsync("ada", OrderTool, Tool.Create("careful", (int days) => days, new() { RequiresApproval = true }));
        var kit = (await JoinAsync("bob")).Toolkits;
        var order = kit.GetTool<Order, Ticket>("kit/order");
        await AssertAsync(order, Good, PassesValues ? null : "connection");
        await AssertAsync(order, new("x\uD800y", 1), PassesValues ? "half of a surrogate pair" : "connection");
        await AssertAsync(kit.GetTool<LongOrder, Ticket>("kit/order"), new("Oslo", 3), PassesValues ? "'kit/order' is no method" : "connection");
        await AssertAsync(kit.GetTool<ChangeableOrder, Ticket>("kit/order"), new() { City = "Oslo", Days = 1 }, "ChangeableOrder' has 'City', which can be changed");
        await AssertAsync(kit.GetTool<Days, int>("kit/careful"), new(1), "approval");
        await AssertAsync(order, new("O", 3), null);
        Assert.Null((await kit.ExplainAsync("kit/order", JsonPayload.FromElement(Json("""{"city":"Oslo","days":3}"""))).InTime()).PassingReason);

        static async Task AssertAsync<TArguments, TResult>(ToolHandle<TArguments, TResult> tool, TArguments arguments, string? reason)
        {
            var explained = await tool.ExplainAsync(arguments).InTime();
            Assert.Equal(explained is { WouldRun: true, PassingReason: null } ? "reference" : "json", explained.Passing);
            if (reason is null)
            {
                Assert.Null(explained.PassingReason);
            }
            else
            {
                Assert.Contains(reason, explained.PassingReason, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_result_that_breaks_the_tools_own_rules_is_not_handed_out()
    {
        await OfferAsync(
            "ada",
            Tool.Create("bad", (int days) => new Counted(days)),
            Tool.Create("nan", (int days) => new Amount(double.NaN)));
        var bob = await JoinAsync("bob");
        var bad = bob.Toolkits.GetTool<Days, Counted>("kit/bad");
        Assert.Equal(5, (await bad.InvokeAsync(new(5)).InTime()).Value);
        var error = await FailureOf(bad.InvokeAsync(new(9)));
        AssertCode(MeshErrorCode.InvalidOutput, error);
        Assert.Equal((await FailureOf(bob.Toolkits.TryInvokeAsync("kit/bad", new { days = 9 }))).Message, error.Message);
        AssertCode(MeshErrorCode.HandlerFailed, await FailureOf(bob.Toolkits.GetTool<Days, Amount>("kit/nan").InvokeAsync(new(9))));
    }

    [Fact]
    public async Task Every_form_of_method_can_be_called()
    {
        await OfferAsync(
            "ada",
            Tool.Create("task", async (int days, CallContext call, CancellationToken cancellationToken) =>
            {
                await Task.Yield();
                return new Ticket(call.Caller.Name, days, "C");
            }),
            Tool.Create("valueTask", (int days) => new ValueTask<Ticket>(new Ticket("Oslo", days, "C"))),
            Tool.Create("nothing", (int days) => Assert.Equal(3, days)),
            Tool.Create("text", (int days) => $"{days} days"),
            Tool.Create("many", (int days, int a = 1, int b = 2, int c = 3, int d = 4) => days + a + b + c + d),
            Tool.Create("fails", Ticket (int days) => throw new ToolException("Sold out.")));
        var bob = await JoinAsync("bob");
        Assert.Equal(new Ticket("bob", 3, "C"), await bob.Toolkits.GetTool<Days, Ticket>("kit/task").InvokeAsync(new(3)).InTime());
        Assert.Equal(new Ticket("Oslo", 3, "C"), await bob.Toolkits.GetTool<Days, Ticket>("kit/valueTask").InvokeAsync(new(3)).InTime());
        Assert.Null(await bob.Toolkits.GetTool<Days, Ticket?>("kit/nothing").InvokeAsync(new(3)).InTime());
        Assert.Equal("3 days", await bob.Toolkits.GetTool<Days, string>("kit/text").InvokeAsync(new(3)).InTime());
        Assert.Equal(13, await bob.Toolkits.GetTool<Days, int>("kit/many").InvokeAsync(new(3)).InTime());
        Assert.Equal("Sold out.", (await FailureOf(bob.Toolkits.GetTool<Days, Ticket>("kit/fails").InvokeAsync(new(3)))).Message);
    }

    [Fact]
    public async Task A_handle_finds_whoever_offers_the_tool_now()
    {
        var ada = await OfferAsync("ada", OrderTool);
        var bob = await JoinAsync("bob");
        var tool = bob.Toolkits.GetTool<Order, Ticket>("kit/order");
        await tool.InvokeAsync(Good).InTime();
        await ada.DisposeAsync().InTime();
        AssertCode(MeshErrorCode.NotFound, await FailureOf(tool.InvokeAsync(Good)));
        await OfferAsync("eve", Tool.Create("order", (string city, [Range(1, 2)] int days) => new Ticket(city, days, "K")));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(tool.InvokeAsync(Good)));
        Assert.Equal("K", (await tool.InvokeAsync(Good with { Days = 2 }).InTime()).Unit);
    }

    [Fact]
    public async Task A_handle_gives_no_rights()
    {
        await OfferAsync("ada", OrderTool);
        var tool = (await JoinAsync("bob", Tools("kit/other"))).Toolkits.GetTool<Order, Ticket>("kit/order");
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(tool.InvokeAsync(Good)));
        Assert.Empty(_handled);
    }

    [Fact]
    public async Task An_approver_sees_what_will_run()
    {
        var asked = new List<string>();
        StartHostWithRoom(new RoomOptions
        {
            RequiresApproval = (tool, _) => tool.Name == "order",
            Approver = (request, _) =>
            {
                asked.Add(request.Arguments.GetRawText());
                return new(ApprovalAnswer.Approved);
            },
        });
        await OfferAsync("ada", OrderTool);
        var tool = (await JoinAsync("bob")).Toolkits.GetTool<Order, Ticket>("kit/order");
        Assert.Equal("Oslo", (await tool.InvokeAsync(Good).InTime()).City);
        Assert.Equal(["""{"city":"Oslo","days":3}"""], asked);
        Assert.Equal("json", (await tool.ExplainAsync(Good).InTime()).Passing);
    }

    [Fact]
    public async Task A_filter_sees_the_arguments_and_may_change_them()
    {
        StartHost(options => options with { Filters = [new Capitals()] });
        await OfferAsync("ada", OrderTool);
        var tool = (await JoinAsync("bob")).Toolkits.GetTool<Order, Ticket>("kit/order");
        Assert.Equal("OSLO", (await tool.InvokeAsync(Good).InTime()).City);
        var explained = await tool.ExplainAsync(Good).InTime();
        Assert.Equal("json", explained.Passing);
        Assert.Contains(PassesValues ? "filters" : "connection", explained.PassingReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_call_under_a_key_has_one_effect()
    {
        await OfferAsync("ada", OrderTool);
        var tool = (await JoinAsync("bob")).Toolkits.GetTool<Order, Ticket>("kit/order");
        var options = new CallOptions { IdempotencyKey = "once" };
        Assert.Equal(await tool.InvokeAsync(Good, options).InTime(), await tool.InvokeAsync(Good, options).InTime());
        Assert.Equal(["Oslo"], _handled);
        AssertCode(MeshErrorCode.IdempotencyConflict, await FailureOf(tool.InvokeAsync(Good with { Days = 4 }, options)));
    }

    [Fact]
    public async Task A_handler_that_looks_at_its_request_finds_the_arguments_there()
    {
        await OfferAsync("ada", Tool.Create("look", (int days, CallContext call) => new City(call.Request.Arguments.ToString())));
        var look = (await JoinAsync("bob")).Toolkits.GetTool<Days, City>("kit/look");
        Assert.Equal("""{"days":3}""", (await look.InvokeAsync(new(3)).InTime()).Name);
    }

    [Fact]
    public async Task A_result_after_content_is_still_the_result()
    {
        await OfferAsync("ada", Tool.Create("write", async (int days, CallContext call) =>
        {
            await call.WriteAsync(new TextPart("so far"));
            return new Ticket("Oslo", days, "C");
        }));
        var write = (await JoinAsync("bob")).Toolkits.GetTool<Days, Ticket>("kit/write");
        Assert.Equal(3, (await write.InvokeAsync(new(3)).InTime()).Days);
        var outcome = await write.TryInvokeAsync(new(4)).InTime();
        Assert.Equal(["so far", """{"city":"Oslo","days":4,"unit":"C"}"""], outcome.Response!.Parts.Select(part => part is TextPart text ? text.Text : ((JsonPart)part).Value.ToString()));
    }

    [Fact]
    public async Task Arguments_larger_than_the_host_takes_are_refused()
    {
        StartHost(options => options with { MaxArgumentBytes = 4_000, MaxResponseBytes = 5_000 });
        await OfferAsync("ada", OrderTool, Tool.Create("long", (int days) => new City(new string('x', days))));
        var bob = await JoinAsync("bob");
        var order = bob.Toolkits.GetTool<Order, Ticket>("kit/order");
        Assert.Equal(3_000, (await order.InvokeAsync(new(new string('x', 3_000), 1)).InTime()).City.Length);
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(order.InvokeAsync(new(new string('x', 5_000), 1))));
        var grow = bob.Toolkits.GetTool<Days, City>("kit/long");
        Assert.Equal(4_500, (await grow.InvokeAsync(new(4_500)).InTime()).Name.Length);
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(grow.InvokeAsync(new(6_000))));
    }

    [Fact]
    public async Task A_null_in_place_of_the_arguments_is_a_mistake_of_the_caller()
    {
        var tool = (await JoinAsync("bob")).Toolkits.GetTool<Order, Ticket>("kit/order");
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await tool.InvokeAsync(null!));
    }

    protected sealed record Order(string City, int Days);

    protected sealed record LooseOrder(string? City, int Days);

    protected sealed record LargerOrder(string City, int Days, bool Express);

    protected sealed record OpenOrder(string City, int Days, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Unit);

    protected sealed record NullOrder(string City, int Days, string? Unit);

    protected sealed record LongOrder(string City, long Days);

    protected sealed class ChangeableOrder
    {
        public string City { get; set; } = "";

        public int Days { get; set; }
    }

    protected sealed record Ticket(string City, int Days, string Unit);

    protected sealed record City([property: JsonPropertyName("city")] string Name);

    protected sealed record Days([property: JsonPropertyName("days")] int Count);

    protected sealed record Counted([property: Range(1, 5)] int Value);

    protected sealed record Amount([property: JsonPropertyName("amount")] double Value);

    private sealed class Capitals : ICallFilter
    {
        public ValueTask<CallRequest> OnCallAsync(CallRequest request, Participant caller, CancellationToken cancellationToken) =>
            new(request.Target.Path == "kit/order"
                ? request with { Arguments = JsonPayload.FromUtf8(Utf8(request.Arguments.ToString().Replace("Oslo", "OSLO", StringComparison.Ordinal))) }
                : request);
    }
}
