namespace Mesh.Core.Tests.Calls;

public sealed class ToolAddressTests
{
    [Fact]
    public void Toolkit_and_tool_make_the_address_that_their_text_does()
    {
        Assert.Equal(new ToolAddress("kit/leaf"), new ToolAddress("kit", "leaf"));
        Assert.Equal(new ToolAddress("kit/leaf@ada"), new ToolAddress("kit", "leaf", "ada"));
    }
}
