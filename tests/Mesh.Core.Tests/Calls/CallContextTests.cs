namespace Mesh.Core.Tests.Calls;

public sealed class CallContextTests
{
    [Fact]
    public async Task A_call_that_only_waits_for_its_outcome_takes_no_progress()
    {
        var token = TestContext.Current.CancellationToken;
        await using var host = new MeshHost();
        var ada = await host.JoinAsync("den", "ada", Grants.Full, null, token);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("look", (CallContext call) => call.TakesProgress)), null, token);
        Assert.False(await ada.Toolkits.InvokeAsync<bool>("kit/look", null, null, token));
    }
}
