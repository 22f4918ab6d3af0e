using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Mcp.Tests.Client;

/// <summary>
/// Servers that send well-formed JSON which cannot be read all the same, because it names one property twice or has half of
/// a pair of surrogates: what it spoils is that message, and never the connection.
/// </summary>
public sealed class McpMalformedTests : ToolkitFixture
{
    private string _tools = """{"name":"go","inputSchema":{"type":"object"} }""";
    private Func<long, IEnumerable<string>> _onCall = static id => [Answer(id, "fine")];

    [Theory]
    [InlineData("""{"name":"bad","name":"bad","inputSchema":{"type":"object"} }""")]
    [InlineData("""{"name":"\ud800","inputSchema":{"type":"object"} }""")]
    [InlineData("""{"name":"bad","title":"\ud800","inputSchema":{"type":"object"} }""")]
    [InlineData("""{"name":"bad","inputSchema":{"type":"object","type":"object"} }""")]
    [InlineData("""{"name":"bad","inputSchema":{"type":"object"},"annotations":{"title":"\ud800"} }""")]
    [InlineData("""{"name":"bad","inputSchema":{"type":"object"},"execution":{"taskSupport":"\ud800"} }""")]
    [InlineData("""{"name":7,"inputSchema":{"type":"object"} }""")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task A_tool_that_cannot_be_read_is_skipped_and_the_others_stay(string bad)
    {
        _tools = $"{bad},{_tools}";
        var ada = await StartAsync();

        Assert.Single(Toolkit.Status.Skipped);
        Assert.Equal(["go"], (await KitAsync(ada)).Tools.Select(tool => tool.Name));
        Assert.Equal("fine", await TextAsync(ada, "far/go"));
    }

    [Theory]
    [InlineData("notifications/progress", """ "progressToken":ID,"progressToken":ID,"progress":1 """)]
    [InlineData("notifications/progress", """ "progressToken":"\ud800","progress":1 """)]
    [InlineData("notifications/progress", """ "progressToken":ID,"progress":1,"progress":1 """)]
    [InlineData("notifications/progress", """ "progressToken":ID,"progress":1,"message":"\ud800" """)]
    [InlineData("notifications/cancelled", """ "requestId":1,"requestId":1 """)]
    [InlineData("notifications/cancelled", """ "requestId":"\ud800" """)]
    public async Task A_notification_that_cannot_be_read_is_dropped_and_counted(string method, string parameters)
    {
        _onCall = id => [$$"""{"jsonrpc":"2.0","method":"{{method}}","params":{ {{parameters.Replace("ID", $"{id}", StringComparison.Ordinal)}} } }""", Answer(id, "fine")];
        var ada = await StartAsync();

        var frames = await FramesAsync(ada, "far/go");

        Assert.Equal("fine", ((ResultFrame)Assert.Single(frames)).Response.ToString());
        Assert.Equal((1, McpToolkitState.Connected), (Toolkit.DroppedMessages, Toolkit.Status.State));
    }

    [Theory]
    [InlineData("""{"content":[],"content":[],"resultType":"complete","resultType":"complete"}""")]
    [InlineData("""{"content":[{"type":"text","text":"\ud800"}] }""")]
    [InlineData("""{"content":[],"resultType":"\ud800"}""")]
    [InlineData("""{"content":[],"isError":true,"_meta":{"mesh/error":{"code":"x","code":"x","message":"y"} } }""")]
    [InlineData("""{"content":[],"isError":true,"_meta":{"mesh/error":{"code":"\ud800","message":"y"} } }""")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task A_result_that_cannot_be_read_fails_its_call_and_no_other(string result)
    {
        _onCall = id => [$$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}} }"""];
        var ada = await StartAsync();

        Assert.Equal(MeshErrorCode.ProtocolError, (await FailAsync(ada, "far/go")).Code);

        _onCall = static id => [Answer(id, "fine")];
        Assert.Equal("fine", await TextAsync(ada, "far/go"));
    }

    private static string Answer(long id, string text) => $$"""{"jsonrpc":"2.0","id":{{id}},"result":{"content":[{"type":"text","text":"{{text}}"}] } }""";

    /// <summary>Connects to a server that is no more than lines of text.</summary>
    private async Task<RoomClient> StartAsync()
    {
        var (up, down) = (new Pipe(), new Pipe());
        Own(new LineServer(this, up.Reader.AsStream(), down.Writer.AsStream()));
        Connect(await McpToolkit.ConnectAsync("far", McpTransport.Streams(up.Writer.AsStream(), down.Reader.AsStream()), Options(Older)).InTime());
        await Toolkit.RegisterAsync(await JoinAsync("bridge", Grants.Full, ParticipantRole.Agent)).InTime();
        return await JoinAsync("ada");
    }

    private IEnumerable<string> AnswersTo(JsonElement request)
    {
        if (!request.TryGetProperty("id", out var given))
        {
            return [];
        }

        long id = given.GetInt64();
        return request.GetProperty("method").GetString() switch
        {
            "initialize" => [$$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"protocolVersion":"{{{Older}}}","capabilities":{"tools":{}},"serverInfo":{"name":"lines","version":"1"} } }"""],
            "tools/list" => [$$"""{"jsonrpc":"2.0","id":{{id}},"result":{"tools":[{{_tools}}] } }"""],
            "tools/call" => _onCall(id),
            _ => [],
        };
    }

    private sealed class LineServer : IAsyncDisposable
    {
        private readonly Task _running;

        public LineServer(McpMalformedTests test, Stream input, Stream output) => _running = RunAsync(test, input, output);

        // It ends with its input.
        public async ValueTask DisposeAsync() => await _running.InTime();

        private static async Task RunAsync(McpMalformedTests test, Stream input, Stream output)
        {
            using var reader = new StreamReader(input);
            await using var ended = output;
            while (await reader.ReadLineAsync() is { } line)
            {
                foreach (string answer in test.AnswersTo(JsonElement.Parse(line)))
                {
                    await output.WriteAsync(Encoding.UTF8.GetBytes(answer + "\n"));
                    await output.FlushAsync();
                }
            }
        }
    }
}
