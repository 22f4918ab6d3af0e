using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting;

/// <summary>An agent in one room, and the scope that its services come from.</summary>
internal sealed class HostedAgent(SingleRoomAgent agent, AsyncServiceScope scope) : IAsyncDisposable
{
    public static async ValueTask<IAsyncDisposable?> StartAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TAgent>(
        IServiceProvider services, RoomClient room, CancellationToken cancellationToken)
        where TAgent : SingleRoomAgent
    {
        var scope = services.CreateAsyncScope();
        try
        {
            var agent = ActivatorUtilities.CreateInstance<TAgent>(scope.ServiceProvider);
            var hosted = new HostedAgent(agent, scope);
            try
            {
                await agent.StartAsync(room, cancellationToken).ConfigureAwait(false);
                return hosted;
            }
            catch
            {
                await agent.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            await scope.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await agent.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await scope.DisposeAsync().ConfigureAwait(false);
        }
    }
}
