using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Mcp;

/// <summary>
/// Asks whoever approves calls for a person to agree to something. It goes the way of every approval: a tool that needs
/// one, and does nothing, is called within the call in question, and withdrawn again.
/// </summary>
internal static class Agreement
{
    /// <summary>Whether a yes answers a question: nothing has to be filled in.</summary>
    public static bool IsEnoughFor(McpQuestion question) => question.Schema is not { } schema
        || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object || !properties.EnumerateObject().Any();

    public static async ValueTask<McpAnswer> AskAsync(McpQuestion question, CancellationToken cancellationToken)
    {
        var room = question.Call.Room;
        string name = $"ask.{question.Call.Request.Id}";
        try
        {
            var registration = await room.Toolkits.RegisterAsync(new Toolkit(name, new AgreeTool(question)), new() { Private = true }, cancellationToken).ConfigureAwait(false);
            await using (registration.ConfigureAwait(false))
            {
                var arguments = new JsonObject { ["message"] = question.Message };
                var outcome = await room.Toolkits.TryInvokeAsync(
                    $"{name}/agree", JsonPayload.FromElement(JsonElement.Parse(arguments.ToJsonString())), cancellationToken: cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                return outcome.IsResult ? McpAnswer.Accepted()
                    : outcome.Error.Code == MeshErrorCode.ApprovalRefused ? McpAnswer.Declined
                    : McpAnswer.Cancelled;
            }
        }
        catch (MeshException)
        {
            // The participant that offers the server's tools may not offer this one, or has a question open already.
            return McpAnswer.Cancelled;
        }
    }

    private sealed class AgreeTool(McpQuestion question) : Tool(new()
    {
        Name = "agree",
        Description = question.Text,
        InputSchema = JsonElement.Parse("""{"type":"object","properties":{"message":{"type":"string"}},"required":["message"],"additionalProperties":false}"""),
        Annotations = new() { ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false },
        RequiresApproval = true,
    })
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new(EmptyResponse.Instance);
    }
}
