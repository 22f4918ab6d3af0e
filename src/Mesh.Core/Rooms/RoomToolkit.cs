using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// The toolkit <c>room</c>: what a participant asks of the room itself, as tools, so that it is granted, validated,
/// journaled and reached remotely like every other call. One definition serves all rooms.
/// </summary>
internal static class RoomToolkit
{
    public const string Name = "room";
    public const string UnregisterToolkit = "room/unregisterToolkit";
    public const string UnregisterAgent = "room/unregisterAgent";

    private static readonly MeshJsonContext Json = MeshJsonContext.Default;

    static RoomToolkit()
    {
        Add("listParticipants", "Who is in the room.", readOnly: true, Json.NoArguments, Json.IReadOnlyListParticipant, ListParticipants, new("messaging.list", grants => grants.Messaging?.List ?? false));
        Add("listToolkits", "The toolkits in the room, with the tools that the caller may use.", readOnly: true, Json.ListToolkitsArguments, Json.IReadOnlyListToolkitInfo, ListToolkits, RoomRight.Everyone);
        Add("listBuiltInToolkits", "The toolkits that the room has of itself, with the tools that the caller may use.", readOnly: true, Json.NoArguments, Json.IReadOnlyListToolkitInfo, static (call, _) => new(BuiltInToolkits.ViewFor(call.Member.Grants)), RoomRight.Everyone);
        // It counts in no budget, and the journal keeps nothing of it: its arguments hold those of any other tool.
        Add("explain", "What would become of a call, without making it.", readOnly: true, Json.ExplainArguments, Json.CallExplanation, Explain, RoomRight.Everyone with { IsUncounted = true }, JournalCapture.None);
        Add("setAttributes", "Changes what the caller says of itself; null removes an attribute.", readOnly: false, Json.SetAttributesArguments, Json.Participant, SetAttributes, RoomRight.Everyone);
        Add("registerToolkit", "Offers a toolkit of the caller's to everyone.", readOnly: false, Json.RegisterToolkitArguments, Json.RegisterToolkitResult, static (call, arguments) => RoomRegistrations.Register(call, arguments, isPrivate: false), new("agents.registerPublicToolkit", grants => grants.Agents?.RegisterPublicToolkit ?? false));
        Add("registerPrivateToolkit", "Offers a toolkit of the caller's to some.", readOnly: false, Json.RegisterToolkitArguments, Json.RegisterToolkitResult, static (call, arguments) => RoomRegistrations.Register(call, arguments, isPrivate: true), new("agents.registerPrivateToolkit", grants => grants.Agents?.RegisterPrivateToolkit ?? false));
        Add("unregisterToolkit", "Withdraws a toolkit of the caller's.", readOnly: false, Json.UnregisterToolkitArguments, Json.NoResult, RoomRegistrations.Unregister, RoomRight.Everyone);
        Add("registerAgent", "Offers an agent of the caller's.", readOnly: false, Json.RegisterAgentArguments, Json.RegisterToolkitResult, RoomAgents.Register, new("agents.registerAgent", grants => grants.Agents?.RegisterAgent ?? false));
        Add("unregisterAgent", "Withdraws an agent of the caller's.", readOnly: false, Json.UnregisterAgentArguments, Json.NoResult, RoomAgents.Unregister, RoomRight.Everyone);
        Add("reportAgentFailure", "Says that the background work of an agent of the caller's has failed.", readOnly: false, Json.ReportAgentFailureArguments, Json.NoResult, RoomAgents.ReportFailure, RoomRight.Everyone);
        Add("listAgents", "The agents in the room that the caller may use, as far as they are looked for.", readOnly: true, Json.AgentFilter, Json.IReadOnlyListAgentInfo, RoomAgents.List, RoomRight.Everyone, guard: BuiltInGuards.Of(Json.AgentFilter));
        Add("inviteService", "Starts a service that the host keeps for this room, unless it runs.", readOnly: false, Json.InviteServiceArguments, Json.InviteServiceResult, InviteService, new("agents.call", grants => grants.Agents?.Call ?? false));
        Add("removeParticipant", "Makes a participant leave.", readOnly: false, Json.RemoveParticipantArguments, Json.NoResult, RemoveParticipant, new("admin.removeParticipants", grants => grants.Admin?.RemoveParticipants ?? false));
        Add("setGrants", "Replaces what a participant may do.", readOnly: false, Json.SetGrantsArguments, Json.NoResult, SetGrants, new("admin.changeGrants", grants => grants.Admin?.ChangeGrants ?? false));
    }

    public static BuiltInToolkit Instance { get; } = new(Name);

    /// <summary>Whether a tool takes back what its caller offers.</summary>
    public static bool Withdraws(ToolAddress tool) => tool is { Path: UnregisterToolkit or UnregisterAgent, Participant: null };

    private static void Add<TArguments, TResult>(
        string name,
        string description,
        bool readOnly,
        JsonTypeInfo<TArguments> arguments,
        JsonTypeInfo<TResult> result,
        Func<CallState, TArguments, ValueTask<TResult>> handler,
        RoomRight right,
        JournalCapture? maxJournalCapture = null,
        BuiltInGuard<TArguments>? guard = null)
        where TArguments : class
    {
        var options = new ToolOptions
        {
            Description = description,
            Annotations = new() { ReadOnly = readOnly, Destructive = false, Idempotent = readOnly, OpenWorld = false },
            MaxJournalCapture = maxJournalCapture,
        };
        Instance.Add(name, arguments, result, handler, right, options, guard);
    }

    private static ValueTask<IReadOnlyList<Participant>> ListParticipants(CallState call, NoArguments arguments) =>
        new([.. call.Member.Room.Members().Select(member => member.Snapshot).OrderBy(participant => participant.Incarnation)]);

    private static ValueTask<IReadOnlyList<ToolkitInfo>> ListToolkits(CallState call, ListToolkitsArguments arguments) => new(
    [
        .. call.Member.Room.Tools.VisibleTo(call)
            .OfType<ToolkitLease>()
            .Where(registration => arguments.Participant is null || registration.Provider.Snapshot.Name == arguments.Participant)
            .Select(registration => registration.ViewFor(call.Member.Grants))
            .Where(toolkit => toolkit.Tools.Count > 0),
    ]);

    private static ValueTask<CallExplanation> Explain(CallState call, ExplainArguments arguments)
    {
        var request = call.Request with
        {
            Target = arguments.Tool,
            Arguments = arguments.Arguments is { } json ? JsonPayload.FromElement(json) : default,
            Budget = null,
            Timeout = null,
            ContractHash = null,
        };
        return new(CallExplanation.Of(new CallState(call.Member, request, call.Parent, null, default)));
    }

    private static ValueTask<Participant> SetAttributes(CallState call, SetAttributesArguments arguments)
    {
        var participant = call.Member.SetAttributes(arguments.Attributes);
        call.Member.Room.Publish(RoomEventKinds.ParticipantChanged, participant);
        return new(participant);
    }

    private static async ValueTask<InviteServiceResult> InviteService(CallState call, InviteServiceArguments arguments)
    {
        // What else the host has is not for those in the room to know: a service of other rooms, and one that starts by itself, are not there.
        var room = call.Member.Room;
        var service = room.Host.Options.RoomServices.FirstOrDefault(each => each.OnDemand && each.Name == arguments.Service && each.IsFor(room.Name))
            ?? throw new MeshException(RoomErrors.NoSuchService(room, arguments.Service));
        return new(await room.Services.InviteAsync(service, call.CancellationToken).ConfigureAwait(false));
    }

    private static async ValueTask<NoResult> RemoveParticipant(CallState call, RemoveParticipantArguments arguments)
    {
        await call.Member.Room.LeaveAsync(FindMember(call, arguments.Participant), LeaveReason.Removed).ConfigureAwait(false);
        return default;
    }

    private static ValueTask<NoResult> SetGrants(CallState call, SetGrantsArguments arguments)
    {
        FindMember(call, arguments.Participant).SetGrants(arguments.Grants);
        return default;
    }

    private static RoomMember FindMember(CallState call, string name) => call.Member.Room.FindMember(name)
        ?? throw new MeshException(new MeshError(MeshErrorCode.NotFound, $"Participant '{name}' is not in room '{call.Member.Room.Name}'."));
}
