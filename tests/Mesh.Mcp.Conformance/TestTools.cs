using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Mcp.Conformance;

/// <summary>The tools that the suite calls, named <c>test_…</c>: a toolkit of a room like any other.</summary>
internal static class TestTools
{
    private static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==");

    private static readonly byte[] Wav = Convert.FromBase64String("UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=");

    public static readonly JsonElement NameForm = Form("""{"name":{"type":"string"}}""");

    public static ReadOnlyMemory<byte> Image => Png;

    public static Toolkit Toolkit { get; } = Mesh.Toolkit.Create(
        "test",
        Make("simple_text", () => "This is a simple text response for testing."),
        Make("image_content", () => new ContentResponse(new BytesPart(Png, "image/png"))),
        Make("audio_content", () => new ContentResponse(new BytesPart(Wav, "audio/wav"))),
        Make("embedded_resource", () => new ContentResponse(Resource("test://embedded-resource", "text/plain", "This is an embedded resource content."))),
        Make("multiple_content_types", () => new ContentResponse(
            new TextPart("Multiple content types test:"),
            new BytesPart(Png, "image/png"),
            Resource("test://mixed-content-resource", "application/json", """{"test":"data","value":123}"""))),
        Make("error_handling", () => Fail("This tool intentionally returns an error for testing")),
        Make("tool_with_logging", LogAsync),
        Make("logging_tool", LogAsync),
        Make("tool_with_progress", ReportAsync),
        Make("sampling", SampleAsync),
        Make("missing_capability", (CallContext call) => SampleAsync("What do you see?", call)),
        Make("elicitation", AskForContactAsync),
        Make("streaming_elicitation", AskForNameAsync),
        Make("elicitation_sep1034_defaults", AskWithDefaultsAsync),
        Make("elicitation_sep1330_enums", AskForChoicesAsync),
        Make("input_required_result_elicitation", AskForNameAsync),
        Make("input_required_result_tampered_state", AskForNameAsync),
        Make("input_required_result_request_state", ConfirmAsync),
        Make("input_required_result_multi_round", AskTwiceAsync),
        Make("input_required_result_sampling", (CallContext call) => SampleAsync("What is the capital of France?", call)),
        Make("input_required_result_list_roots", ListRootsAsync),
        Make("input_required_result_multiple_inputs", AskForAllAsync),
        Make("input_required_result_capabilities", AskForWhatThereIsAsync),
        TestTasks.AskFirst);

    /// <summary>A tool whose schema uses what revision 2020-12 of JSON Schema has, and earlier ones do not.</summary>
    public static Tool SchemaTool { get; } = new SchemaToolCode();

    /// <summary>A tool one of whose parameters is sent as a header besides.</summary>
    public static Tool HeaderTool { get; } = new HeaderToolCode();

    private static Tool Make(string name, Delegate code) => Tool.Create(name, code, new() { Description = $"What the suite calls test_{name}." });

    private static BytesPart Resource(string uri, string type, string text) => new(System.Text.Encoding.UTF8.GetBytes(text), type) { Name = uri };

    private static string Fail(string message) => throw new ToolException(message);

    private static async Task<string> LogAsync(CallContext call)
    {
        await call.ReportProgressAsync(0, 2, "Tool execution started");
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, call.CancellationToken);
        await call.ReportProgressAsync(1, 2, "Tool processing data");
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, call.CancellationToken);
        await call.ReportProgressAsync(2, 2, "Tool execution completed");
        return "Logged three messages.";
    }

    private static async Task<string> ReportAsync(CallContext call)
    {
        foreach (int progress in (int[])[0, 50, 100])
        {
            await call.ReportProgressAsync(progress, 100);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, call.CancellationToken);
        }

        return "Done.";
    }

    private static async Task<string> SampleAsync([Description("What to ask the client's model.")] string prompt, CallContext call) =>
        $"LLM response: {(await SampleTextAsync(prompt, 100, call)).GetProperty("content")}";

    private static Task<JsonElement> SampleTextAsync(string text, int maxTokens, CallContext call) => CallClientAsync(call, "sample_model", new
    {
        messages = new[] { new { role = "user", content = new { type = "text", text } } },
        maxTokens,
    });

    private static async Task<string> AskForContactAsync(string message, CallContext call) => Tell("User response", await AskAsync(call, message, Form(
        """{"username":{"type":"string","description":"User's response"},"email":{"type":"string","description":"User's email address"}}""")));

    private static async Task<string> AskForNameAsync(CallContext call) => Tell("User response", await AskAsync(call, "What is your name?", NameForm, "user_name"));

    private static async Task<string> ConfirmAsync(CallContext call) =>
        $"state-ok: {(await AskAsync(call, "Please confirm", Form("""{"ok":{"type":"boolean"}}"""))).GetProperty("action")}";

    private static async Task<string> AskTwiceAsync(CallContext call)
    {
        var name = await AskAsync(call, "Step 1: What is your name?", NameForm);
        var color = await AskAsync(call, "Step 2: What is your favorite color?", Form("""{"color":{"type":"string"}}"""));
        return $"{name.GetProperty("content")} {color.GetProperty("content")}";
    }

    private static async Task<string> AskWithDefaultsAsync(CallContext call) => Tell("Elicitation completed", await AskAsync(call, "Please review these values.", Form(
        """
        {
          "name":{"type":"string","default":"John Doe"},"age":{"type":"integer","default":30},"score":{"type":"number","default":95.5},
          "status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},"verified":{"type":"boolean","default":true}
        }
        """)));

    private static async Task<string> AskForChoicesAsync(CallContext call) => Tell("Elicitation completed", await AskAsync(call, "Please choose.", Form(
        """
        {
          "untitledSingle":{"type":"string","enum":["option1","option2","option3"]},
          "titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},{"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},
          "legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},
          "untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},
          "titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},{"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}
        }
        """)));

    private static async Task<string> ListRootsAsync(CallContext call) => (await CallClientAsync(call, "list_roots", new { })).ToString();

    private static async Task<string> AskForAllAsync(CallContext call)
    {
        var answers = await Task.WhenAll(
            AskAsync(call, "What is your name?", NameForm, "user_name"), SampleTextAsync("Generate a greeting", 50, call), CallClientAsync(call, "list_roots", new { }));
        return string.Join('\n', answers);
    }

    /// <summary>Asks by whichever means the client has, and goes on without the others.</summary>
    private static async Task<string> AskForWhatThereIsAsync(CallContext call)
    {
        Task<JsonElement>[] asked = [AskAsync(call, "What is your name?", NameForm, "user_name"), SampleTextAsync("Generate a greeting", 50, call)];
        await ((Task)Task.WhenAll(asked)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return string.Join('\n', asked.Where(static each => each.IsCompletedSuccessfully).Select(static each => each.Result));
    }

    public static Task<JsonElement> AskAsync(CallContext call, string message, JsonElement form, string name = "answer") =>
        CallClientAsync(call, "ask_user", new { message, form, name });

    public static async Task<JsonElement> CallClientAsync(CallContext call, string tool, object arguments)
    {
        var outcome = await call.Room.Toolkits.TryInvokeAsync($"user/{tool}", arguments, cancellationToken: call.CancellationToken);
        return outcome is { IsResult: true, Response: JsonResponse json } ? json.Value.ToElement() : throw new ToolException(outcome.Error!);
    }

    private static string Tell(string what, JsonElement answer) => $"{what}: action={answer.GetProperty("action")}, content={answer.GetProperty("content")}";

    public static JsonElement Form(string properties)
    {
        var all = JsonNode.Parse(properties)!.AsObject();
        return JsonSerializer.SerializeToElement(new JsonObject
        {
            ["type"] = "object",
            ["properties"] = all,
            ["required"] = new JsonArray([.. all.Select(static each => (JsonNode)each.Key)]),
        });
    }

    private sealed class SchemaToolCode() : Tool(new ToolDefinition
    {
        Name = "schema_2020_12_tool",
        Description = "Tool with JSON Schema 2020-12 features",
        InputSchema = JsonElement.Parse("""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "type": "object",
              "$defs": { "address": { "$anchor": "addressDef", "type": "object", "properties": { "street": { "type": "string" }, "city": { "type": "string" } } } },
              "properties": {
                "name": { "type": "string" }, "address": { "$ref": "#/$defs/address" },
                "contactMethod": { "type": "string", "enum": ["phone", "email"] }, "phone": { "type": "string" }, "email": { "type": "string" }
              },
              "allOf": [ { "anyOf": [ { "required": ["phone"] }, { "required": ["email"] } ] } ],
              "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
              "then": { "required": ["phone"] },
              "else": { "required": ["email"] },
              "additionalProperties": false
            }
            """),
    })
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new(new TextResponse($"Called with {arguments}"));
    }

    private sealed class HeaderToolCode() : Tool(new ToolDefinition
    {
        Name = "header_tool",
        Description = "Tool whose region is sent as the header Mcp-Param-Region besides",
        InputSchema = JsonElement.Parse("""{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}},"additionalProperties":false}"""),
    })
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new(new TextResponse($"Called with {arguments}"));
    }
}
