using System.Net;
using System.Net.Sockets;

namespace Mesh.Mcp;

/// <summary>
/// Lets connections go to the public internet alone. The address is checked that is connected to, not the one that a name
/// had before: a name may stand for another address at every look.
/// </summary>
internal sealed class PublicAddresses(Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    // What IANA's registries of special-purpose addresses call not globally reachable, with multicast and what is reserved.
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    // Of IPv6 only what is handed out for global use, and of that not what leads to other networks by its form.
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] SpecialV6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    public static PublicAddresses Guard { get; } = new(static (host, token) => Dns.GetHostAddressesAsync(host, token));

    /// <summary>Whether an address is one of the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.AddressFamily == AddressFamily.InterNetwork
            ? !Special.Any(network => network.Contains(address))
            : Global.Contains(address) && !SpecialV6.Any(network => network.Contains(address));
    }

    /// <exception cref="MeshException">The endpoint can be refused without looking its name up.</exception>
    public static void CheckEndpoint(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme != Uri.UriSchemeHttps)
        {
            throw Refuse(endpoint.OriginalString, "only https is allowed for a server that the host does not vouch for");
        }

        if (IPAddress.TryParse(endpoint.DnsSafeHost, out var address) && !IsPublic(address))
        {
            throw Refuse(endpoint.Host, "its address is not one of the public internet");
        }
    }

    /// <summary>Connects to a host by one of its addresses, of which every one must be public.</summary>
    /// <exception cref="MeshException">One of them is not.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var end = context.DnsEndPoint;
        if (context.InitialRequestMessage.RequestUri?.Scheme != Uri.UriSchemeHttps)
        {
            throw Refuse(end.Host, "only https is allowed for a server that the host does not vouch for");
        }

        var addresses = await CheckAsync(end.Host, cancellationToken).ConfigureAwait(false);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, end.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The addresses of a host, all of which are public.</summary>
    /// <exception cref="MeshException">One of them is not, or there is none.</exception>
    public async Task<IPAddress[]> CheckAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken).ConfigureAwait(false);
        return addresses.Length > 0 && Array.TrueForAll(addresses, IsPublic) ? addresses : throw Refuse(host, "its address is not one of the public internet");
    }

    private static MeshException Refuse(string what, string why) => new(new MeshError(MeshErrorCode.NotGranted, $"'{what}' is not connected to: {why}.")
    {
        Remedy = "Name a public server, or have the host connect to this one by its own code: McpTransport.Http.",
    });
}
