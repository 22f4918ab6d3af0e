namespace Mesh.Core.Tests.Documentation;

public sealed class ChatRoomTests
{
    [Fact]
    public async Task Two_people_and_two_agents_talk_and_each_person_is_asked_about_what_is_done_for_them()
    {
        var sample = await Sample.RunAsync("ChatRoom", "--demo");

        Assert.Equal((0, ""), (sample.ExitCode, sample.Error));
        Assert.All(
            (string[])
            [
                "The agents think with a stand-in, which calls the real tools.",
                "cook: I am the cook. Say my name, and I answer.\nada: Ben, are you hungry?\nben: Cook, we need two pounds of tomatoes.\n",
                "      (cook calls buyer)\n",
                "      ? ben, may buyer call shop/order@buyer {\"what\":\"We need two pounds of tomatoes.\"}? yes\n",
                "cook: We need two pounds of tomatoes.: ordered, comes at six\nada: Cook, we need a lobster.\n",
                "      ? ada, may buyer call shop/order@buyer {\"what\":\"We need a lobster.\"}? no\n",
                "cook: Error approval_refused: ",
            ],
            line => Assert.Contains(line, sample.Output, StringComparison.Ordinal));
    }
}
