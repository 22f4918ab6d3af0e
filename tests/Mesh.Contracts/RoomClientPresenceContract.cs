using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>Who is in a room and what they say of themselves.</summary>
public abstract class RoomClientPresenceContract : RoomClientContract
{
    [Fact]
    public async Task Participants_are_listed_in_the_order_of_joining()
    {
        var ada = await JoinAsync("ada", role: ParticipantRole.Agent);
        Clock.Advance(TimeSpan.FromMinutes(1));
        var bob = await JoinAsync("bob");
        var listed = await bob.Participants.ListAsync().InTime();
        Assert.Equal(["ada", "bob"], listed.Select(each => each.Name));
        Assert.Equal([ParticipantRole.Agent, ParticipantRole.User], listed.Select(each => each.Role));
        Assert.Equal([ada.Self.Id, bob.Self.Id], listed.Select(each => each.Id));
        Assert.Equal([1L, 2L], listed.Select(each => each.Incarnation));
        Assert.Equal(TimeSpan.FromMinutes(1), listed[1].JoinedAt - listed[0].JoinedAt);
    }

    [Fact]
    public async Task Listing_takes_the_grant()
    {
        var poor = await JoinAsync("poor", Grants.None);
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(poor.Participants.ListAsync()));
    }

    [Fact]
    public async Task Attributes_are_given_at_joining_and_outlive_their_document()
    {
        RoomClient bob;
        using (var document = JsonDocument.Parse("""{"mood":{"now":["fine"]}}"""))
        {
            bob = await Host.JoinAsync(Den, "bob", null, new()
            {
                Connection = Connection,
                Attributes = new Dictionary<string, JsonElement> { ["mood"] = document.RootElement.GetProperty("mood") },
            }).InTime();
        }

        await using (bob)
        {
            Assert.Equal("""{"now":["fine"]}""", bob.Self.Attributes["mood"].GetRawText());
            Assert.Equal("""{"now":["fine"]}""", (await bob.Participants.ListAsync().InTime())[0].Attributes["mood"].GetRawText());
        }
    }

    [Fact]
    public async Task Attributes_are_set_merged_and_removed()
    {
        var bob = await JoinAsync("bob");
        await bob.Participants.SetAttributesAsync(new Dictionary<string, JsonElement?> { ["a"] = Json("1"), ["b"] = Json("[2]") }).InTime();
        var now = await bob.Participants.SetAttributesAsync(new Dictionary<string, JsonElement?> { ["a"] = null, ["b"] = Json("null"), ["c"] = Json("\"x\"") }).InTime();
        Assert.Equal(["c"], now.Attributes.Keys);
        now = await bob.Participants.SetAttributesAsync(new Dictionary<string, JsonElement?> { ["d"] = Json("true"), ["gone"] = null }).InTime();
        Assert.Equal("c=\"x\" d=true", string.Join(' ', now.Attributes.OrderBy(each => each.Key).Select(each => $"{each.Key}={each.Value.GetRawText()}")));
        Assert.Equal(2, (await bob.Participants.ListAsync().InTime())[0].Attributes.Count);
        Assert.Empty(bob.Self.Attributes);
    }

    [Fact]
    public async Task Attributes_are_bounded_over_all_changes()
    {
        var bob = await JoinAsync("bob");
        for (int i = 0; i < 4; i++)
        {
            await SetAsync($"a{i}", new string('x', 4_000)).InTime();
        }

        var error = await FailureOf(SetAsync("b", new string('x', 400)));
        AssertCode(MeshErrorCode.TooLarge, error);
        Assert.Contains("16384", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(SetAsync("a0", new string('x', 4_400))));
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(SetAsync(new string('n', 400), "")));

        // What was there stays as it was, and may be replaced and removed.
        var now = (await bob.Participants.ListAsync().InTime())[0];
        Assert.Equal(["a0", "a1", "a2", "a3"], now.Attributes.Keys.Order());
        now = await bob.Participants.SetAttributesAsync(new Dictionary<string, JsonElement?> { ["a0"] = null, ["b"] = Json($"\"{new string('x', 4_000)}\"") }).InTime();
        Assert.Equal(["a1", "a2", "a3", "b"], now.Attributes.Keys.Order());
        Assert.Single(await ChangesAsync(bob, 5), e => e.Payload.GetProperty("attributes").TryGetProperty("b", out _));
        Assert.Empty(Faults);

        ValueTask<Participant> SetAsync(string name, string value) =>
            bob.Participants.SetAttributesAsync(new Dictionary<string, JsonElement?> { [name] = JsonSerializer.SerializeToElement(value) });

        static async Task<IReadOnlyList<RoomEvent>> ChangesAsync(RoomClient client, int count)
        {
            int seen = 0;
            return await client.Events.ReadAsync(EventPosition.At(1)).TakeUntilAsync(e => e.Kind == RoomEventKinds.ParticipantChanged && ++seen == count);
        }
    }

    [Fact]
    public async Task Who_brings_attributes_that_are_too_large_does_not_join()
    {
        var options = new JoinOptions
        {
            Connection = Connection,
            Attributes = new Dictionary<string, JsonElement> { ["a"] = JsonSerializer.SerializeToElement(new string('x', 20_000)) },
        };
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(Host.JoinAsync(Den, "bob", null, options)));
        var bob = await JoinAsync("bob");
        Assert.Single(await bob.Participants.ListAsync().InTime());
    }

    [Fact]
    public async Task A_participant_may_be_removed_by_who_has_the_right()
    {
        var (ada, bob) = (await JoinAsync("ada", Grants.Full), await JoinAsync("bob"));
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(RemoveAsync(bob, "ada")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(RemoveAsync(ada, "nobody")));
        await ada.Participants.RemoveAsync("bob").InTime();
        Assert.Equal(LeaveReason.Removed, await bob.Completion.InTime());
        AssertCode(MeshErrorCode.Closed, await FailureOf(bob.Participants.ListAsync()));
        Assert.Equal(["ada"], (await ada.Participants.ListAsync().InTime()).Select(each => each.Name));

        static async ValueTask<bool> RemoveAsync(RoomClient by, string whom)
        {
            await by.Participants.RemoveAsync(whom);
            return true;
        }
    }

    [Fact]
    public async Task Grants_may_be_changed_by_who_has_the_right_and_count_at_once()
    {
        await OfferAsync("ada", Tool.Create("leaf", () => "leaf"));
        var (admin, bob) = (await JoinAsync("admin", Grants.Full), await JoinAsync("bob", Grants.None));
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf")));
        await admin.Participants.SetGrantsAsync("bob", Tools("kit/*") with { Budget = new() { Calls = 2, WallTime = TimeSpan.FromMinutes(1) } }).InTime();
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/leaf").InTime()).IsResult);
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/leaf").InTime()).IsResult);
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf")));
        await admin.Participants.SetGrantsAsync("bob", Grants.None).InTime();
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf")));
    }
}
