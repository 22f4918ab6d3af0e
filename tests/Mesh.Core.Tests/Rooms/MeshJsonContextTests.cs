using Mesh.Contracts;

namespace Mesh.Core.Tests.Rooms;

public sealed class MeshJsonContextTests
{
    [Fact]
    public void What_a_text_leaves_out_has_its_default() =>
        Assert.Empty(LeftOutMembers.FindIn(MeshJsonContext.Default, GrantsJsonContext.Default, WireJsonContext.Default));
}
