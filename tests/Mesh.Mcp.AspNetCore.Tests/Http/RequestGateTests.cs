using Microsoft.AspNetCore.Http;

namespace Mesh.Mcp.AspNetCore.Tests.Http;

public sealed class RequestGateTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:5000")]
    [InlineData("127.0.0.1:80")]
    [InlineData("[::1]")]
    [InlineData("[::1]:8080")]
    public void A_host_of_this_machine_is_served(string host) => Assert.Null(new RequestGate(new(), null).Refuse(Request(host)));

    [Theory]
    [InlineData("")]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.com")]
    [InlineData("evil.com:5000")]
    [InlineData("127.0.0.1:evil.com")]
    [InlineData("127.0.0.1:80:evil.com")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("localhost:+80")]
    [InlineData("localhost@evil.com")]
    [InlineData("127.0.0.2")]
    [InlineData("null")]
    [InlineData("*")]
    public void Another_host_is_refused(string host)
    {
        var error = new RequestGate(new(), "*").Refuse(Request(host));

        Assert.Equal(MeshErrorCode.NotGranted, error!.Code);
        Assert.Contains("AllowedHosts", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_is_allowed_is_served_and_takes_the_place_of_this_machines()
    {
        var gate = new RequestGate(new() { AllowedHosts = ["rooms.example", "other.example:8443"] }, "ignored.example");

        Assert.Null(gate.Refuse(Request("rooms.example:443")));
        Assert.Null(gate.Refuse(Request("other.example:8443")));
        Assert.NotNull(gate.Refuse(Request("other.example:9443")));
        Assert.NotNull(gate.Refuse(Request("localhost")));
        Assert.NotNull(gate.Refuse(Request("ignored.example")));
    }

    [Fact]
    public void The_hosts_of_the_applications_configuration_are_served_too()
    {
        var gate = new RequestGate(new(), "rooms.example; other.example");

        Assert.Null(gate.Refuse(Request("other.example")));
        Assert.Null(gate.Refuse(Request("localhost")));
    }

    [Theory]
    [InlineData("http://localhost:5000")]
    [InlineData("https://studio.example")]
    public void A_page_of_the_same_or_a_listed_origin_may_send_requests(string origin) =>
        Assert.Null(new RequestGate(new() { AllowedOrigins = ["https://studio.example/"] }, null).Refuse(Request("localhost:5000", origin)));

    [Theory]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("http://evil.example")]
    [InlineData("http://localhost.evil.com:5000")]
    [InlineData("http://localhost:5000.evil.com")]
    [InlineData("http://localhost:6000")]
    [InlineData("https://localhost:5000")]
    [InlineData("localhost:5000")]
    public void A_page_of_another_origin_is_refused(string origin) =>
        Assert.Equal(MeshErrorCode.NotGranted, new RequestGate(new(), null).Refuse(Request("localhost:5000", origin))!.Code);

    [Fact]
    public void Two_origins_are_refused() => Assert.NotNull(new RequestGate(new(), null).Refuse(Request("localhost:5000", "http://localhost:5000", "http://localhost:5000")));

    private static HttpRequest Request(string host, params string[] origins)
    {
        var request = new DefaultHttpContext().Request;
        request.Scheme = "http";
        request.Headers.Host = host;
        if (origins.Length > 0)
        {
            request.Headers.Origin = origins;
        }

        return request;
    }
}
