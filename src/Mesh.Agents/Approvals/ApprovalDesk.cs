using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Agents;

/// <summary>
/// An approver that asks a person, one question at a time, and remembers what the answer counts for: give its
/// <see cref="Approver"/> to <see cref="JoinOptions.Approver"/> or <see cref="RoomOptions.Approver"/>. What it remembers is bound
/// to the tree of calls, the caller, the person behind it, the tool's very definition, and where so answered its arguments: another of any of
/// them is asked about anew. It remembers the last 1,000 answers. Thread-safe.
/// </summary>
/// <example><code>
/// var desk = new ApprovalDesk(async (request, ct) => await AskOnScreenAsync(request, ct) ? ApprovalDecision.ForThisTool : ApprovalDecision.Refused());
/// var ada = await mesh.JoinAsync("den", "ada", options: new() { Approver = desk.Approver });
/// </code></example>
public sealed class ApprovalDesk : IDisposable
{
    private const int Capacity = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<Key, ApprovalDecision> _remembered = [];
    private readonly Queue<Key> _order = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ApprovalPrompt _ask;

    /// <summary>A desk for one person.</summary>
    /// <param name="ask">Asks the person; never called twice at once. What it throws is a refusal.</param>
    public ApprovalDesk(ApprovalPrompt ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        _ask = ask;
        Approver = AnswerAsync;
    }

    /// <summary>The approver.</summary>
    public Approver Approver { get; }

    /// <summary>
    /// Asks through a tool of the person's own device, such as a private <c>ui/ask_user</c>: it is called with
    /// <c>question</c> (text with the caller, the tool and its arguments) and <c>options</c> (<c>once</c>, <c>arguments</c>,
    /// <c>tool</c>, <c>no</c>, <c>never</c>), and answers one of these options as text. Any other answer is a no.
    /// </summary>
    /// <param name="person">The person, once it has joined; null while it has not, and then nobody is asked.</param>
    /// <param name="tool">The tool, as the person's own participant reaches it.</param>
    public static ApprovalPrompt ThroughTool(Func<RoomClient?> person, ToolAddress tool)
    {
        ArgumentNullException.ThrowIfNull(person);
        return async (request, cancellationToken) =>
        {
            ArgumentNullException.ThrowIfNull(request);
            if (person() is not { } room)
            {
                return null;
            }

            var arguments = new JsonObject { ["question"] = QuestionOf(request), ["options"] = new JsonArray("once", "arguments", "tool", "no", "never") };

            // A person may think for as long as an approval is waited for, which is longer than calls usually take.
            var options = new CallOptions { NewTree = true, Timeout = request.Record.ExpiresAt - request.Record.RequestedAt };
            var outcome = await room.Toolkits.TryInvokeAsync(
                tool, JsonPayload.FromUtf8(System.Text.Encoding.UTF8.GetBytes(arguments.ToJsonString())), options, null, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return outcome.IsResult ? DecisionOf(outcome.Response)
                : outcome.Error.Code == MeshErrorCode.NotFound || outcome.Error.Code == MeshErrorCode.Closed ? null
                : ApprovalDecision.Refused("The person could not be asked.");
        };
    }

    /// <summary>Forgets what was answered: everything is asked about anew.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _remembered.Clear();
            _order.Clear();
        }
    }

    /// <summary>Frees what the desk holds. What is asked of it afterwards, by a call that was under way as its person left, say, is passed on.</summary>
    public void Dispose() => _turn.Dispose();

    private async ValueTask<ApprovalAnswer> AnswerAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        if (Recall(request) is { } known)
        {
            return ToAnswer(known);
        }

        try
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            return ApprovalAnswer.PassedOn;
        }

        try
        {
            // Somebody else may have asked the same meanwhile.
            var decision = Recall(request) ?? await _ask(request, cancellationToken).ConfigureAwait(false);
            if (decision is null)
            {
                return ApprovalAnswer.PassedOn;
            }

            cancellationToken.ThrowIfCancellationRequested();
            Remember(request, decision);
            return ToAnswer(decision);
        }
        finally
        {
            Release();
        }

        ApprovalAnswer ToAnswer(ApprovalDecision decision) =>
            decision.IsApproved ? ApprovalAnswer.ApprovedFor(request.Record) : ApprovalAnswer.Refused(decision.Reason);
    }

    private void Release()
    {
        try
        {
            _turn.Release();
        }
        catch (ObjectDisposedException)
        {
            // The desk is gone; who waits for it still ends with its call.
        }
    }

    private ApprovalDecision? Recall(ApprovalRequest request)
    {
        lock (_gate)
        {
            return _remembered.GetValueOrDefault(KeyOf(request, ApprovalScope.TheseArguments)) ?? _remembered.GetValueOrDefault(KeyOf(request, ApprovalScope.ThisTool));
        }
    }

    private void Remember(ApprovalRequest request, ApprovalDecision decision)
    {
        if (decision.Scope == ApprovalScope.Once)
        {
            return;
        }

        var key = KeyOf(request, decision.Scope);
        lock (_gate)
        {
            if (!_remembered.ContainsKey(key))
            {
                _order.Enqueue(key);
            }

            _remembered[key] = decision;
            if (_order.Count > Capacity)
            {
                _remembered.Remove(_order.Dequeue());
            }
        }
    }

    private static Key KeyOf(ApprovalRequest request, ApprovalScope scope) => new(
        request.RootCallId,
        request.Record.CallerId,
        request.Record.OnBehalfOf,
        request.Record.Target,
        request.Record.DefinitionHash,
        scope == ApprovalScope.TheseArguments ? request.Record.ArgumentsHash : null);

    private static string QuestionOf(ApprovalRequest request) =>
        $"May '{request.Caller.Name}' call {request.Record.Target} with {request.Arguments.GetRawText()}?";

    private static ApprovalDecision DecisionOf(ToolResponse response)
    {
        string answer = response switch
        {
            TextResponse text => text.Text,
            JsonResponse json when json.Value.ToElement() is { ValueKind: JsonValueKind.String } element => element.GetString()!,
            _ => "",
        };
        return answer switch
        {
            "once" => ApprovalDecision.Once,
            "arguments" => ApprovalDecision.ForTheseArguments,
            "tool" => ApprovalDecision.ForThisTool,
            "never" => ApprovalDecision.Never("Never again."),
            _ => ApprovalDecision.Refused(),
        };
    }

    private sealed record Key(MeshId Tree, MeshId Caller, string? OnBehalfOf, ToolAddress Target, string Definition, string? Arguments);
}
