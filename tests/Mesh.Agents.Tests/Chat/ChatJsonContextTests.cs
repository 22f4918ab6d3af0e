using Mesh.Contracts;

namespace Mesh.Agents.Tests.Chat;

public sealed class ChatJsonContextTests
{
    [Fact]
    public void What_a_text_leaves_out_has_its_default() => Assert.Empty(LeftOutMembers.FindIn(ChatJsonContext.Default, ModelPricesJson.Default));
}
