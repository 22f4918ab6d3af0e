using System.Net;
using ModelContextProtocol.Client;

namespace Mesh.Mcp.Tests.Client.Transports;

public sealed class PublicAddressesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.0.9")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::7f00:1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001::1")]
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("ff02::1")]
    [InlineData("2001:db8::1")]
    public async Task Special_addresses_are_refused(string address)
    {
        Assert.False(PublicAddresses.IsPublic(IPAddress.Parse(address)));
        var guard = new PublicAddresses((_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("93.184.216.34"), IPAddress.Parse(address)]));
        Assert.Equal(MeshErrorCode.NotGranted, (await Assert.ThrowsAsync<MeshException>(() => guard.CheckAsync("innocent.example.org", Stop))).Code);
    }

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    public async Task Public_addresses_are_not(string address)
    {
        var guard = new PublicAddresses((_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]));
        Assert.Equal([IPAddress.Parse(address)], await guard.CheckAsync("example.org", Stop));
    }

    [Theory]
    [InlineData("http://example.org/mcp")]
    [InlineData("https://127.0.0.1/mcp")]
    [InlineData("https://[::1]/mcp")]
    [InlineData("https://[::ffff:10.0.0.1]/mcp")]
    [InlineData("https://2130706433/mcp")]
    [InlineData("https://0x7f.1/mcp")]
    public void An_address_that_says_it_itself_is_refused_before_anything_is_looked_up(string address) =>
        Assert.Equal(MeshErrorCode.NotGranted, Assert.Throws<MeshException>(() => McpTransport.PublicHttp(new() { Endpoint = new Uri(address) })).Code);

    [Theory]
    [InlineData("https://localhost:1/mcp")]
    [InlineData("https://rebound.example.org/mcp")]
    public async Task A_name_is_looked_up_where_it_is_connected_to(string address)
    {
        var guard = new PublicAddresses((_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        var transport = new HttpTransport(new HttpClientTransportOptions { Endpoint = new Uri(address) }, guard);
        var exception = await Assert.ThrowsAsync<MeshException>(() => McpToolkit.ConnectAsync("far", transport, null, Stop));
        Assert.Equal(MeshErrorCode.NotGranted, exception.Code);
        Assert.Contains("not one of the public internet", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_leads_elsewhere_in_plain_text_is_refused_too()
    {
        using var client = new HttpTransport(new HttpClientTransportOptions { Endpoint = new Uri("https://example.org") }, new PublicAddresses((_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("93.184.216.34")]))).NewClient(new(), new MessageGate("far"));
        var exception = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("http://example.org/.well-known/oauth-protected-resource"), Stop));
        Assert.Equal(MeshErrorCode.NotGranted, Assert.IsType<MeshException>(exception.InnerException).Code);
    }
}
