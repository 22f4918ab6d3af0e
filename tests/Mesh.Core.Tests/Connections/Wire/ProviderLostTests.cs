using Mesh.Contracts;

namespace Mesh.Core.Tests.Connections.Wire;

/// <summary>A provider whose connection is gone in the midst of a call that it serves.</summary>
public sealed class ProviderLostTests
{
    [Theory]
    [InlineData(false, "provider_lost")]
    [InlineData(true, "unavailable")]
    public async Task What_a_broken_connection_leaves_of_a_call_is_what_a_departure_does(bool isReadOnly, string code)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var mesh = new MeshHost();
        await using var bob = await mesh.JoinAsync("den", "bob", cancellationToken: cancellationToken).InTime();
        for (int i = 0; i < 20; i++)
        {
            var (client, room) = WireLink.CreatePair();
            await using var ada = await SerialisingConnection.JoinAsync(
                Assert.Single(mesh.OpenRooms), $"ada{i}", Grants.Full, new() { Role = ParticipantRole.Agent }, client, room, cancellationToken).InTime();
            var (started, ends) = (new Signal(), new Signal());
            await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create(
                "wait",
                async () =>
                {
                    started.Set();
                    await ends.WaitStubbornlyAsync();
                },
                new() { Annotations = new() { ReadOnly = isReadOnly } })), cancellationToken: cancellationToken).InTime();
            var call = bob.Toolkits.TryInvokeAsync("kit/wait", cancellationToken: cancellationToken);
            await started.InTime();
            room.Close();
            Assert.Equal(code, (await call.InTime()).Error?.Code.Value);
            ends.Set();
        }
    }
}
