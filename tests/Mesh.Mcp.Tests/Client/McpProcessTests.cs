using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Mesh.Contracts;

namespace Mesh.Mcp.Tests.Client;

/// <summary>Servers that are processes: started, killed, noisy, gone before they began.</summary>
public sealed class McpProcessTests : ToolkitFixture
{
    [Fact]
    public async Task A_program_is_started_called_and_ended()
    {
        var ada = await StartAsync();
        int id = await ProcessIdAsync(ada);
        Assert.Equal("""{"a":1}""", await TextAsync(ada, "proc/echo", new { a = 1 }));
        await Toolkit().DisposeAsync().InTime();
        Assert.ThrowsAny<Exception>(() => Process.GetProcessById(id).HasExited ? throw new ArgumentException("gone") : id);
    }

    [Fact]
    public async Task A_program_that_is_killed_in_the_middle_of_a_call_is_started_anew()
    {
        var ada = await StartAsync();
        int id = await ProcessIdAsync(ada);
        await using (var held = ada.Toolkits.StreamAsync("proc/hold", default(JsonPayload), cancellationToken: Stop).GetAsyncEnumerator(Stop))
        {
            Assert.True(await held.MoveNextAsync().InTime());
            Assert.Equal("held", Assert.IsType<ProgressFrame>(held.Current).Message);
            Process.GetProcessById(id).Kill();
            Assert.True(await held.MoveNextAsync().InTime());
            var error = Assert.IsType<ErrorFrame>(held.Current).Error;
            Assert.Equal(MeshErrorCode.ProviderLost, error.Code);
            Assert.Contains("has exited with code 137", error.Message, StringComparison.Ordinal);
        }

        await StatusAsync(status => status.State == McpToolkitState.Reconnecting);
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(1)).InTime();
        Clock.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => Toolkit().Status.State == McpToolkitState.Connected);
        Assert.NotEqual(id, await ProcessIdAsync(ada));
    }

    [Fact]
    public async Task What_a_dead_program_wrote_to_its_standard_error_is_for_the_host_alone()
    {
        var ada = await StartAsync();
        var error = await FailAsync(ada, "proc/exit");
        Assert.Equal(MeshErrorCode.ProviderLost, error.Code);
        Assert.Contains("has exited with code 3", error.Message, StringComparison.Ordinal);
        await StatusAsync(status => status.State == McpToolkitState.Reconnecting);
        var later = await FailAsync(ada, "proc/echo");
        Assert.Equal(MeshErrorCode.Unavailable, later.Code);
        Assert.All([error, later], each => Assert.DoesNotContain("secret-canary", $"{each} {each.Details}", StringComparison.Ordinal));
        var details = Toolkit().Status.Error!.Details!.Value;
        Assert.Equal(3, details.GetProperty("exitCode").GetInt32());
        Assert.Equal("going down: secret-canary", details.GetProperty("standardError")[0].GetString());
    }

    [Fact]
    public async Task A_program_that_ends_at_once_is_reported_with_its_exit_code_and_last_words()
    {
        var exception = await Assert.ThrowsAsync<MeshException>(() => McpToolkit.ConnectAsync("proc", Program("fail"), Options(Newer), Stop).InTime());
        Assert.Equal((MeshErrorCode.Unavailable, "MCP server 'proc' has exited with code 7."), (exception.Code, exception.Error.Message));
        Assert.Equal("no configuration", exception.Error.Details!.Value.GetProperty("standardError")[0].GetString());
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var exception = await Assert.ThrowsAsync<MeshException>(() => McpToolkit.ConnectAsync("proc", McpTransport.Stdio("no-such-program-here"), Options(Newer), Stop).InTime());
        Assert.Equal(MeshErrorCode.Unavailable, exception.Code);
        Assert.Contains("no-such-program-here", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Noise_on_either_output_disturbs_nothing()
    {
        var ada = await StartAsync();
        Assert.Equal("made", await TextAsync(ada, "proc/noise"));
        Assert.Equal("written", await TextAsync(ada, "proc/stderr"));
        Assert.Equal(500_000, (await TextAsync(ada, "proc/big", new { bytes = 500_000 })).Length);
        Assert.Equal(1, Toolkit().DroppedMessages);
    }

    private McpToolkit? _toolkit;

    private new McpToolkit Toolkit() => _toolkit!;

    private async Task<RoomClient> StartAsync()
    {
        _toolkit = Own(await McpToolkit.ConnectAsync("proc", Program(), Options(Newer), Stop).InTime());
        await _toolkit.RegisterAsync(await JoinAsync("bridge", Grants.Full, ParticipantRole.Agent), null, Stop).InTime();
        return await JoinAsync("ada");
    }

    private static async Task<int> ProcessIdAsync(RoomClient room) => int.Parse(await TextAsync(room, "proc/pid"), CultureInfo.InvariantCulture);

    private static ModelContextProtocol.Client.IClientTransport Program(params string[] arguments) => McpTransport.Stdio(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"),
        [Path.Combine(AppContext.BaseDirectory, "Mesh.Mcp.TestServer.dll"), .. arguments]);
}
