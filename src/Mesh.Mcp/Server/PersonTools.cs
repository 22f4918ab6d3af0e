using System.Text;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>What the person at an MCP client can be asked: to approve a call, and by the tool <c>user/ask_user</c> anything.</summary>
internal sealed class PersonTools(LiveCalls live, Approver? others)
{
    /// <summary>The private toolkit, offered to the trees of calls that the client starts.</summary>
    public const string Toolkit = "user";

    private const string Approve = "approve";
    private const int MostText = 4_000;

    /// <summary>Asks the person whose call started the tree; passes on what did not come from an MCP client that can ask.</summary>
    public async ValueTask<ApprovalAnswer> ApproveAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        if (live.Find(request.RootCallId) is not { } inquirer || !inquirer.Means.HasFlag(ClientMeans.Elicitation))
        {
            return others is null ? ApprovalAnswer.PassedOn : await others(request, cancellationToken).ConfigureAwait(false);
        }

        var answer = await inquirer.AskPersonAsync(
            new()
            {
                Message = Describe(request),
                RequestedSchema = new()
                {
                    Properties = { [Approve] = new ElicitRequestParams.BooleanSchema { Title = "Approve", Description = "Whether the call may run, once, with these arguments." } },
                    Required = [Approve],
                },
            },
            cancellationToken).ConfigureAwait(false);
        bool isApproved = answer.IsAccepted && answer.Content is { } content && content.TryGetValue(Approve, out var value) && value.ValueKind == JsonValueKind.True;
        return isApproved ? ApprovalAnswer.ApprovedFor(request.Record)
            : ApprovalAnswer.Refused(answer.Action == "cancel" ? "The person has dismissed the question." : "The person has said no.");
    }

    /// <summary>Asks the client whose call started the tree whatever a tool or an agent in it wants of it.</summary>
    /// <param name="request">What it is asked.</param>
    /// <param name="means">What it needs to be able to do.</param>
    /// <param name="call">The call that asks.</param>
    /// <param name="name">What the question is called; null for any name.</param>
    /// <exception cref="ToolException">It cannot be asked.</exception>
    public async ValueTask<JsonElement> AskAsync(InputRequest request, ClientMeans means, CallContext call, string? name = null)
    {
        if (live.Find(call.Request.RootId) is not { } inquirer || !inquirer.Means.HasFlag(means))
        {
            throw new ToolException(new MeshError(
                MeshErrorCode.Unavailable,
                means == ClientMeans.Elicitation ? "Nobody can be asked: the call was not started by an MCP client that can show questions."
                    : $"The call was not started by an MCP client that can be asked for this: it has not declared '{ClientMeansNames.NameOf(means)}'.")
            {
                Remedy = means == ClientMeans.Elicitation ? "Go on without the answer, or say what you would have asked." : "Go on without it.",
                Details = ClientMeansNames.RequiredDetails(means),
            });
        }

        try
        {
            return (await inquirer.AskAsync(request, name, call.CancellationToken).ConfigureAwait(false)).RawValue;
        }
        catch (Exception exception) when (exception is McpException or InvalidOperationException or IOException)
        {
            throw new ToolException(new MeshError(
                MeshErrorCode.Unavailable, means == ClientMeans.Elicitation ? "The MCP client could not show the question." : "The MCP client did not answer.")
            { Remedy = "Go on without the answer." }, exception);
        }
    }

    private static string Describe(ApprovalRequest request)
    {
        var text = new StringBuilder();
        text.Append('\'').Append(request.Caller.Name).Append("' wants to call ").Append(request.Record.Target);
        if (request.OnBehalfOf is { } person && person.Name != request.Caller.Name)
        {
            text.Append(" on behalf of '").Append(person.Name).Append('\'');
        }

        text.Append('.');
        if (request.Tool.Description is { Length: > 0 } description)
        {
            text.Append("\nThe tool says: ").Append(Shorten(description));
        }

        return text.Append("\nArguments: ").Append(Shorten(request.Arguments.GetRawText())).ToString();
    }

    private static string Shorten(string text) =>
        text.Length <= MostText ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[MostText - 1]) ? MostText - 1 : MostText)}… ({text.Length - MostText} more characters)";
}
