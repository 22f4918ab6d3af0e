namespace Mesh.Core.Tests.Documentation;

public sealed class ChatRoomTests
{
    [Fact]
    public async Task Two_people_and_two_agents_talk_and_each_person_is_asked_about_what_is_done_for_them()
    {
        var sample = await Sample.RunAsync("ChatRoom", "--demo");

        Assert.Equal((0, ""), (sample.ExitCode, sample.Error));
        Assert.StartsWith("The agents think with a stand-in, which calls the real tools.", sample.Output, StringComparison.Ordinal);
        Assert.EndsWith(
            """
            cook: I am the cook. Say my name, and I answer.
            ada: Ben, are you hungry?
            ben: Cook, we need two pounds of tomatoes.
                  (cook calls buyer)
                  ? ben, may buyer call shop/order@buyer {"what":"We need two pounds of tomatoes."}? yes
            cook: We need two pounds of tomatoes.: ordered, comes at six
            ada: Cook, we need a lobster.
                  (cook calls buyer)
                  ? ada, may buyer call shop/order@buyer {"what":"We need a lobster."}? no
            cook: Error approval_refused: Tool 'shop/order@buyer' was not approved: Ada eats out.

            """.ReplaceLineEndings("\n"),
            sample.Output,
            StringComparison.Ordinal);
    }
}
