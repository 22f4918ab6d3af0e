using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>The hosts of this process, to be counted. It keeps none alive, so one that is never disposed is forgotten too.</summary>
internal static class LiveHosts
{
    private static readonly ConditionalWeakTable<MeshHost, object?> Hosts = [];

    public static void Add(MeshHost host) => Hosts.Add(host, null);

    /// <summary>The sum over all open rooms of all hosts.</summary>
    public static long Count(Func<Room, int> ofRoom)
    {
        long sum = 0;
        foreach (var (host, _) in Hosts)
        {
            foreach (var room in host.OpenRooms)
            {
                sum += ofRoom(room);
            }
        }

        return sum;
    }
}
