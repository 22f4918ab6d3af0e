namespace Mesh;

/// <summary>The authorise stage of the call path: the only place where grants are held against a call.</summary>
internal static class CallAuthorization
{
    /// <summary>Checks the caller's grants, and those of the person it acts for: what both have is what counts.</summary>
    public static MeshError? Check(CallState call)
    {
        var tool = call.Instance!;
        return !tool.IsGrantedBy(call.Member.Grants) ? NotGranted(call, call.Member, tool.GrantName)
            : OtherPerson(call) is { } person && !tool.IsGrantedBy(person.Grants) ? NotGranted(call, person, tool.GrantName)
            : null;
    }

    /// <summary>
    /// The same for what the call acts on, where grants list what may be acted on. The arguments name it, so that it comes
    /// after they were found valid.
    /// </summary>
    public static MeshError? CheckResource(CallState call) =>
        call.Instance!.Resource is { } right && ResourceOf(call, right) is var resource && WhoLacks(call, right, resource) is { } member
            ? NotGranted(call, member, $"{call.Instance.GrantName} for '{resource}'")
            : null;

    /// <summary>
    /// The same, and the tokens and the money, for a call that has waited: for an approval, or for its turn. Its caller may
    /// have lost its rights meanwhile, and others of its tree went on.
    /// </summary>
    public static MeshError? Recheck(CallState call) => Check(call) ?? CheckResource(call) ?? CallBudget.CheckSpending(call);

    /// <summary>The same for one thing of many that a call would see: whether the caller, and the person it acts for, may.</summary>
    public static bool Covers(CallState call, ResourceRight right, string resource) => WhoLacks(call, right, resource) is null;

    private static RoomMember? WhoLacks(CallState call, ResourceRight right, string resource) =>
        !right.Covers(call.Member.Grants, resource) ? call.Member
        : OtherPerson(call) is { } person && !right.Covers(person.Grants, resource) ? person
        : null;

    /// <summary>The person that the call is made for, where that is not its caller.</summary>
    private static RoomMember? OtherPerson(CallState call) => call.Person is { } person && person != call.Member ? person : null;

    private static MeshError NotGranted(CallState call, RoomMember member, string grant) =>
        CallErrors.NotGranted(call.Request.Target, grant, member.Snapshot, onBehalf: member != call.Member);

    private static string ResourceOf(CallState call, ResourceRight right) => call.Request.Arguments.Passed is { } passed
        ? ((IResourceArguments)passed.Values).Resource
        : call.Arguments.GetProperty(right.Argument).GetString()!;
}
