using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Mesh.Contracts;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.AspNetCore.Tests.Documentation;

/// <summary>The sample as it is started: a program of its own on a local port, whose users log in with a cookie.</summary>
public sealed class WebAppSampleTests : IAsyncDisposable
{
    private readonly Process _app = new()
    {
        StartInfo = new(Dotnet, [Path.Combine(AppContext.BaseDirectory, "WebApp.dll"), "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = AppContext.BaseDirectory,
        },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal static string Dotnet => Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");

    public async ValueTask DisposeAsync()
    {
        _app.Kill();
        await _app.WaitForExitAsync().InTime();
        _app.Dispose();
    }

    [Fact]
    public async Task Each_user_sees_its_own_view_of_the_rooms()
    {
        var address = await StartAsync();
        using var nobody = new HttpClient();
        using (var refused = await nobody.PostAsync(new Uri(address, "/mcp/shop"), new StringContent("{}", null, "application/json"), Stop).InTime())
        {
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        var ada = await ConnectAsync(address, "ada", "shop");
        Assert.Equal(["stock_list", "stock_order"], await NamesAsync(ada));
        var ordered = await ada.CallToolAsync("stock_order", new Dictionary<string, object?> { ["item"] = "tea", ["count"] = 8 }, cancellationToken: Stop).InTime();
        Assert.Equal("ada has ordered: there will be 20 of tea.", ((TextContentBlock)ordered.Content[0]).Text);
        await ConnectAsync(address, "ada", "back-office");

        var bob = await ConnectAsync(address, "bob", "shop");
        Assert.Equal(["stock_list"], await NamesAsync(bob));
        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(address, "bob", "back-office"));
        Assert.Equal("Healthy", await nobody.GetStringAsync(new Uri(address, "/health"), Stop).InTime());
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(McpClient client) =>
        [.. (await client.ListToolsAsync(cancellationToken: Stop).InTime()).Select(tool => tool.Name)];

    private static async Task<McpClient> ConnectAsync(Uri address, string user, string room)
    {
        // What the SDK does with a client of its own it does with this one, which has the cookie.
        var http = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() });
        using (var login = await http.PostAsync(new Uri(address, $"/login/{user}"), null, Stop).InTime())
        {
            login.EnsureSuccessStatusCode();
        }

        return await McpClient.CreateAsync(
            new HttpClientTransport(new() { Endpoint = new Uri(address, $"/mcp/{room}"), TransportMode = HttpTransportMode.StreamableHttp }, http, ownsHttpClient: true),
            cancellationToken: Stop).InTime();
    }

    private async Task<Uri> StartAsync()
    {
        const string listening = "Now listening on: ";
        _app.Start();
        while (await _app.StandardOutput.ReadLineAsync(Stop).AsTask().InTime() is { } line)
        {
            if (line.IndexOf(listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                _ = _app.StandardOutput.ReadToEndAsync(Stop);
                return new Uri(line[(at + listening.Length)..].Trim());
            }
        }

        throw new InvalidOperationException("The sample has ended before it could be reached.");
    }
}
