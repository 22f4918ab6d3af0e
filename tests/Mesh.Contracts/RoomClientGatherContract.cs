using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>What a tool streams for a caller that asks for one answer.</summary>
public abstract class RoomClientGatherContract : RoomClientContract
{
    private static readonly Tool Count = Tool.Create("count", Streams.CountAsync);

    [Fact]
    public async Task A_call_for_one_answer_gathers_what_is_streamed()
    {
        await OfferAsync("ada", Count,
            Tool.Create("words", () => Streams.Of("a", "b")),
            Tool.Create("bytes", () => Streams.Of<byte[]>([1], [2, 3])),
            Tool.Create("mixed", async (CallContext call) =>
            {
                await call.ReportProgressAsync(1);
                await call.WriteAsync(new TextPart("note"));
                return new TextResponse("end");
            }));
        var bob = await JoinAsync("bob");
        Assert.Equal("[0,1,2]", (await bob.Toolkits.InvokeAsync<JsonElement>("kit/count", new { to = 3 }).InTime()).GetRawText());
        Assert.Equal(["a", "b"], (await bob.Toolkits.InvokeAsync<string[]>("kit/words").InTime()).AsEnumerable());
        Assert.Equal([1, 2, 3], (await bob.Toolkits.InvokeAsync<byte[]>("kit/bytes").InTime()).AsEnumerable());
        Assert.Equal("note\nend", (await bob.Toolkits.InvokeAsync<ToolResponse>("kit/mixed").InTime()).ToString());
    }

    [Fact]
    public async Task What_is_gathered_is_bounded()
    {
        StartHost(options => options with { MaxResponseBytes = 1000 });
        await OfferAsync("ada", Count, Tool.Create("blank", (CancellationToken stop) => BlankAsync(stop)));
        var bob = await JoinAsync("bob");
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/count", new { to = int.MaxValue })));
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/blank")));
        Assert.Equal(9_000, (await bob.Toolkits.StreamAsync<int>("kit/count", new { to = 9_000 }).ToListInTimeAsync()).Count);
    }

    private static async IAsyncEnumerable<string> BlankAsync([EnumeratorCancellation] CancellationToken stop)
    {
        while (true)
        {
            yield return "";
            await Task.Yield();
            stop.ThrowIfCancellationRequested();
        }
    }
}
