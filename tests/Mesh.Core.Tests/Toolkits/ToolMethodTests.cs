using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Toolkits;

public sealed class ToolMethodTests : IAsyncDisposable
{
    private readonly MeshHost _mesh = new(new MeshHostOptions { Services = new Services() });

    public enum Color
    {
        Red,
        DarkBlue,
    }

    public static TheoryData<string, Delegate> Forms => new()
    {
        { "value", (int x) => x + 1 },
        { "task", (int x) => Task.FromResult(x + 1) },
        { "value task", (int x) => new ValueTask<int>(x + 1) },
        { "async", async (int x) =>
            {
                await Task.Yield();
                return x + 1;
            }
        },
        { "async value task", async ValueTask<int> (int x) =>
            {
                await Task.Yield();
                return x + 1;
            }
        },
        { "static method group", StaticNext },
        { "instance method group", new Counter(1).Next },
        { "typed delegate", new Func<int, int>(x => x + 1) },
        { "with token and context", (CancellationToken stop, int x, CallContext call) => stop.IsCancellationRequested || call.HasEnded ? 0 : x + 1 },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Every_form_of_a_method_is_a_tool(string form, Delegate handler)
    {
        var result = await CallAsync(Tool.Create("next", handler), """{"x":41}""");
        Assert.True(result.GetInt32() == 42, form);
    }

    [Fact]
    public async Task Every_form_of_nothing_is_empty()
    {
        foreach (Delegate handler in new Delegate[] { () => { }, () => Task.CompletedTask, () => ValueTask.CompletedTask, async () => await Task.Yield(), async ValueTask () => await Task.Yield() })
        {
            Assert.IsType<EmptyResponse>(await RespondAsync(Tool.Create("nothing", handler), "{}"));
        }
    }

    [Fact]
    public async Task Default_values_of_every_kind_are_taken()
    {
        static string Show(
            int i = -3, long l = long.MaxValue, double d = 1.5, decimal m = 2.50m, bool b = true, string s = "x", string? n = null, int? q = 7, int? none = null,
            Color color = Color.DarkBlue, Color? maybe = Color.Red, DateTime at = default, Guid id = default) =>
            FormattableString.Invariant($"{i} {l} {d} {m} {b} {s} {n is null} {q} {none is null} {color} {maybe} {at == default} {id == default}");

        Assert.Equal(
            "-3 9223372036854775807 1.5 2.50 True x True 7 True DarkBlue Red True True",
            (await CallAsync(Tool.Create("show", Show), "{}")).GetString());
    }

    [Fact]
    public async Task Given_values_are_bound_by_name_in_any_order()
    {
        static string Show(string a, Color color, int? n, (int X, string Y) pair, int[] list, Dictionary<string, int> map, Counter? none, JsonElement any) =>
            $"{a} {color} {n is null} {pair.X}{pair.Y} {list.Sum()} {map["k"]} {none is null} {any.GetRawText()}";

        Assert.Equal(
            "A DarkBlue True 1y 6 9 True {\"z\":[1]}",
            (await CallAsync(Tool.Create("show", Show), """{"any":{"z":[1]},"none":null,"map":{"k":9},"list":[1,2,3],"pair":[1,"y"],"n":null,"color":"darkBlue","a":"A"}""")).GetString());
    }

    [Fact]
    public async Task Results_are_written_as_their_schema_says()
    {
        Assert.Equal("\"darkBlue\"", (await CallAsync(Tool.Create("color", () => Color.DarkBlue), "{}")).GetRawText());
        Assert.Equal("""[1,"y"]""", (await CallAsync(Tool.Create("pair", () => (1, "y")), "{}")).GetRawText());
        Assert.Equal("null", (await CallAsync(Tool.Create("none", int? () => null), "{}")).GetRawText());
        Assert.Equal("""{"start":4}""", (await CallAsync(Tool.Create("record", () => new Counter(4)), "{}")).GetRawText());
    }

    [Fact]
    public async Task What_comes_from_the_host_is_no_argument()
    {
        var tool = Tool.Create("greet", (string name, [FromHost] Greeter greeter) => greeter.Greet(name));
        Assert.Equal(["name"], tool.Definition.InputSchema.GetProperty("properties").EnumerateObject().Select(each => each.Name));
        Assert.Equal("Hello Bob", (await CallAsync(tool, """{"name":"Bob"}""")).GetString());
        var missing = await Assert.ThrowsAsync<MeshException>(() => CallAsync(Tool.Create("miss", ([FromHost] Counter counter) => counter.Start), "{}"));
        Assert.Equal(MeshErrorCode.HandlerFailed, missing.Code);
    }

    [Fact]
    public async Task The_marked_methods_of_an_object_are_a_toolkit()
    {
        var toolkit = Toolkit.FromObject("shop", new Shop(7));
        Assert.Equal(["stock", "orderTea", "price", "hidden"], toolkit.Tools.Select(tool => tool.Name));
        var order = toolkit.Tools[1].Definition;
        Assert.Equal(("Orders tea.", "Order", "Be quick.", true), (order.Description, order.Title, order.Rules, order.RequiresApproval));
        Assert.Equal(new ToolAnnotations { Destructive = false, Idempotent = true, OpenWorld = false }, order.Annotations);
        Assert.Equal(7, (await CallAsync(toolkit.Tools[0], "{}")).GetInt32());
        Assert.Equal(3, (await CallAsync(toolkit.Tools[2], "{}")).GetInt32());
        Assert.Equal(8, (await CallAsync(toolkit.Tools[3], "{}")).GetInt32());
        Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => Toolkit.FromObject("none", new Counter(1))).Code);
    }

    [Fact]
    public void Names_are_checked_and_must_not_repeat()
    {
        var tool = Tool.Create("a", () => 1);
        Assert.Equal(MeshErrorCode.NameTaken, Assert.Throws<MeshException>(() => Toolkit.Create("kit", tool, Tool.Create("a", () => 2))).Code);
        foreach (string name in new[] { "", "a b", "a/b", "é", "a@b", new string('a', 65) })
        {
            Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => Tool.Create(name, () => 1)).Code);
            Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => Toolkit.Create(name, tool)).Code);
        }

        Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => Toolkit.Create("room", tool)).Code);
        Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => Toolkit.Create("kit")).Code);
    }

    [Fact]
    public void What_cannot_be_described_is_refused_with_its_name()
    {
        var error = Assert.Throws<MeshException>(() => Tool.Create("bad", (Stream input) => 1));
        Assert.Equal(MeshErrorCode.InvalidDefinition, error.Code);
        Assert.Contains("'bad'", error.Message, StringComparison.Ordinal);
        Assert.Throws<MeshException>(() => Tool.Create("two", (IAsyncEnumerable<int> a, IAsyncEnumerable<int> b) => 1));
        Assert.Throws<ArgumentException>(() => Tool.Create("many", (Action)(() => { }) + (() => { })));
        Assert.Throws<ArgumentNullException>(() => Tool.Create("none", null!));
    }

    [Fact]
    public async Task Streams_out_and_in_are_told_by_the_signature()
    {
        var tool = Tool.Create("echo", (IAsyncEnumerable<int> numbers, CancellationToken stop) => Echo(numbers, stop));
        var definition = tool.Definition;
        Assert.Equal((true, true, null), (definition.Streams, definition.TakesStream, definition.OutputSchema));
        Assert.Equal("integer", definition.ChunkSchema?.GetProperty("type").GetString());
        Assert.Equal("integer", definition.InputChunkSchema?.GetProperty("type").GetString());
        Assert.Equal("[]", (await RespondAsync(Tool.Create("list", () => Array.Empty<int>()), "{}")).ToString());

        static async IAsyncEnumerable<int> Echo(IAsyncEnumerable<int> numbers, [EnumeratorCancellation] CancellationToken stop)
        {
            await foreach (int number in numbers.WithCancellation(stop))
            {
                yield return number;
            }
        }
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    private static int StaticNext(int x) => x + 1;

    private async Task<JsonElement> CallAsync(Tool tool, string arguments) => await RespondAsync(tool, arguments) switch
    {
        JsonResponse json => json.Value.ToElement(),
        TextResponse text => JsonSerializer.SerializeToElement(text.Text),
        var other => throw new InvalidOperationException(other.GetType().Name),
    };

    private async Task<ToolResponse> RespondAsync(Tool tool, string arguments)
    {
        var token = TestContext.Current.CancellationToken;
        string room = $"r{Guid.NewGuid():n}";
        await using var ada = await _mesh.JoinAsync(room, "ada", Grants.Full, cancellationToken: token);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", new Unasked(tool)), cancellationToken: token);
        return await ada.Toolkits.InvokeAsync($"kit/{tool.Name}", JsonElement.Parse(arguments), cancellationToken: token).InTime();
    }

    public sealed record Counter(int Start)
    {
        public int Next(int x) => x + Start;
    }

    private sealed class Greeter
    {
        private readonly string _word = "Hello";

        public string Greet(string name) => $"{_word} {name}";
    }

    private sealed class Services : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(Greeter) ? new Greeter() : null;
    }

    /// <summary>The tool, of which nobody asks for an approval.</summary>
    private sealed class Unasked(Tool tool) : Tool(tool.Definition with { RequiresApproval = false })
    {
        protected internal override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => tool.InvokeAsync(arguments, context);
    }

    private sealed class Shop(int stock)
    {
        [Tool]
        public int Stock() => stock;

        [Tool(Title = "Order", Rules = "Be quick.", Destructive = false, Idempotent = true, OpenWorld = false, RequiresApproval = true)]
        [Description("Orders tea.")]
        public async Task<string> OrderTeaAsync(string kind)
        {
            await Task.Yield();
            return $"{kind} of {stock}";
        }

        [Tool("price")]
        public static int Price() => 3;

        public int NotATool() => stock;

        [Tool]
        private int Hidden() => stock + 1;
    }
}
