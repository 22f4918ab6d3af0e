using System.Diagnostics;
using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Diagnostics;

[Collection(TelemetryTestGroup.Name)]
public sealed class SpanPayloadTests : IDisposable
{
    private static readonly JsonElement Arguments = JsonElement.Parse("""{"text":"grüße"}""");
    private readonly SpanCollector _spans = new();

    private static readonly Tool[] Tools =
    [
        Tool.Create("json", (string text) => new[] { text }),
        Tool.Create("text", (string text) => text),
        Tool.Create("none", (string text) => { }),
        Tool.Create("fails", new Func<string, string>(text => throw new ToolException($"Not '{text}'."))),
    ];

    public void Dispose() => _spans.Dispose();

    [Fact]
    public async Task Nothing_that_was_said_is_captured_by_default()
    {
        foreach (var tool in Tools)
        {
            var span = await TraceAsync(tool, new());
            Assert.DoesNotContain(span.TagObjects, tag => $"{tag.Value}".Contains("grüße", StringComparison.Ordinal) || tag.Key.EndsWith("arguments", StringComparison.Ordinal));
            Assert.Null(span.StatusDescription);
        }
    }

    [Theory]
    [InlineData(0, """["gr\u00FC\u00DFe"]""", null)]
    [InlineData(1, "grüße", null)]
    [InlineData(2, null, null)]
    [InlineData(3, null, "Not 'grüße'.")]
    public async Task Arguments_results_and_the_text_of_errors_are_captured_on_request(int tool, string? result, string? error)
    {
        var span = await TraceAsync(Tools[tool], new() { CapturePayloads = true });
        Assert.Equal(Arguments.GetRawText(), span.GetTagItem("gen_ai.tool.call.arguments"));
        Assert.Equal(result, span.GetTagItem("gen_ai.tool.call.result"));
        Assert.Equal(error, span.StatusDescription);
    }

    [Theory]
    [InlineData(1, "g…")]
    [InlineData(2, "gr…")]
    [InlineData(3, "gr…")]
    [InlineData(4, "grü…")]
    [InlineData(5, "grü…")]
    [InlineData(6, "grüß…")]
    [InlineData(7, "grüße")]
    public async Task What_is_captured_is_cut_between_characters(int limit, string result)
    {
        var span = await TraceAsync(Tools[1], new() { CapturePayloads = true, MaxPayloadBytes = limit });
        Assert.Equal(result, span.GetTagItem("gen_ai.tool.call.result"));
    }

    [Fact]
    public async Task A_document_that_its_caller_disposed_is_not_captured_and_harms_nothing()
    {
        var document = JsonDocument.Parse("""{"text":"a"}""");
        var host = new MeshHost(new() { Telemetry = new() { CapturePayloads = true } });
        await using var disposed = host;
        var bob = await host.JoinAsync("den", "bob", Grants.Full, cancellationToken: TestContext.Current.CancellationToken);
        await bob.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("dispose", (string text) => document.Dispose())), cancellationToken: TestContext.Current.CancellationToken);
        var outcome = await bob.Toolkits.TryInvokeAsync("kit/dispose", JsonPayload.FromElement(document.RootElement), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(outcome.IsResult);
        Assert.Null(_spans.Find("execute_tool kit/dispose").GetTagItem("gen_ai.tool.call.arguments"));
    }

    [Fact]
    public async Task Values_that_went_by_reference_are_captured_as_JSON()
    {
        await using var host = new MeshHost(new() { Telemetry = new() { CapturePayloads = true } });
        var bob = await host.JoinAsync("den", "bob", Grants.Full, cancellationToken: TestContext.Current.CancellationToken);
        await bob.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("echo", (string text) => new Words(text))), cancellationToken: TestContext.Current.CancellationToken);
        var echo = bob.Toolkits.GetTool<Words, Words>("kit/echo");
        Assert.Equal("reference", (await echo.ExplainAsync(new("a"), TestContext.Current.CancellationToken)).Passing);
        await echo.InvokeAsync(new("a"), cancellationToken: TestContext.Current.CancellationToken);
        var span = _spans.Find("execute_tool kit/echo");
        Assert.Equal(("""{"text":"a"}""", """{"text":"a"}"""), (span.GetTagItem("gen_ai.tool.call.arguments"), span.GetTagItem("gen_ai.tool.call.result")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_048_577)]
    public void A_limit_out_of_range_is_refused_when_the_host_is_made(int limit)
    {
        var failure = Assert.Throws<ArgumentOutOfRangeException>(() => new MeshHost(new() { Telemetry = new() { MaxPayloadBytes = limit } }));
        Assert.Contains("MeshTelemetryOptions.MaxPayloadBytes", failure.Message, StringComparison.Ordinal);
    }

    private async Task<Activity> TraceAsync(Tool tool, MeshTelemetryOptions options)
    {
        await using var host = new MeshHost(new() { Telemetry = options });
        var bob = await host.JoinAsync("den", "bob", Grants.Full, cancellationToken: TestContext.Current.CancellationToken);
        await bob.Toolkits.RegisterAsync(Toolkit.Create("kit", tool), cancellationToken: TestContext.Current.CancellationToken);
        await bob.Toolkits.TryInvokeAsync($"kit/{tool.Definition.Name}", JsonPayload.FromElement(Arguments), cancellationToken: TestContext.Current.CancellationToken);
        return _spans.Find($"execute_tool kit/{tool.Definition.Name}");
    }

    private sealed record Words(string Text);
}
