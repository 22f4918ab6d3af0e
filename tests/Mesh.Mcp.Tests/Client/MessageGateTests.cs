using System.Text;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Client;

public sealed class MessageGateTests
{
    private readonly MessageGate _gate = new("far");

    [Fact]
    public void An_answer_that_cannot_be_used_is_answered_in_its_place_and_remembered()
    {
        var instead = Spoil("""{"jsonrpc":"2.0","id":3,"result":{"tools":[""");
        Assert.Equal((new RequestId(3), "MCP server 'far' answered with more than 10 bytes."), (instead!.Id, instead.Error.Message));
        Assert.Equal((MeshErrorCode.TooLarge, 1), (_gate.Unusable!.Code, _gate.Dropped));
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":3,"method":"elicitation/create","params":{"message":"xxx""")]
    [InlineData("""{"jsonrpc":"2.0","method":"elicitation/create","id":3,"params":{"message":"xxx""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"xxx""")]
    [InlineData("Listening on port 80")]
    public void What_is_no_answer_is_dropped_and_counted(string head)
    {
        Assert.Null(Spoil(head));
        Assert.Equal((null, 1), (_gate.Unusable, _gate.Dropped));
    }

    private JsonRpcError? Spoil(string head) => _gate.Spoiled(Encoding.UTF8.GetBytes(head), "xxx"u8, server => McpClientErrors.TooLarge(server, 10));
}
