using System.Text;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Client;

public sealed class MessageIdTests
{
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"result":{"x":"…""", "", 7)]
    [InlineData("""{"result":{"id":1,"x":"…""", """…"}},"id":1099511627777,"jsonrpc":"2.0"}""", 1099511627777)]
    [InlineData("""{"result":{"x":"…""", """…"},"jsonrpc":"2.0","id": 8 }""", 8)]
    [InlineData("""{"id":5,"result":nonsense}""", """{"id":5,"result":nonsense}""", 5)]
    public void An_id_is_found_at_either_end(string head, string tail, long id) =>
        Assert.Equal(new RequestId(id), MessageId.Find(Encoding.UTF8.GetBytes(head), Encoding.UTF8.GetBytes(tail)));

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{"message":"…""", true)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"result":{"method":"x","y":"…""", false)]
    [InlineData("nonsense", false)]
    public void A_request_is_told_from_an_answer(string head, bool isRequest) => Assert.Equal(isRequest, MessageId.IsRequest(Encoding.UTF8.GetBytes(head)));

    [Theory]
    [InlineData("Listening on port 80", "Listening on port 80")]
    [InlineData("""{"result":{"x":"…""", """…","id":3}}""")]
    [InlineData("""{"method":"x","params":{"id":4}}""", """{"method":"x","params":{"id":4}}""")]
    public void What_is_no_id_of_the_message_is_not_taken_for_one(string head, string tail) =>
        Assert.Null(MessageId.Find(Encoding.UTF8.GetBytes(head), Encoding.UTF8.GetBytes(tail)));
}
