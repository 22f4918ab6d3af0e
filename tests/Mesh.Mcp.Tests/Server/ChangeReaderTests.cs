using Mesh.Contracts;

namespace Mesh.Mcp.Tests.Server;

public sealed class ChangeReaderTests : RoomMcpServerTests
{
    [Fact]
    public async Task What_is_below_a_resource_is_told_of_by_name_up_to_a_limit_and_then_by_the_resource()
    {
        await using var feed = new ChangeFeed(await JoinAsync("visitor"), new() { TimeProvider = Clock });
        feed.Start();
        using var reader = feed.Read(ChangeKinds.None);
        for (int i = 0; i < 5_000; i++)
        {
            reader.Add($"mesh://files/{i}", "mesh://files");
        }

        var (_, resources) = await reader.TakeAsync(Stop).AsTask().InTime();

        Assert.Equal([.. Enumerable.Range(0, 1_000).Select(i => $"mesh://files/{i}"), "mesh://files"], resources);
    }
}
