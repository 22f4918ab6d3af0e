namespace Mesh;

/// <summary>The authorise stage of the call path: the only place where grants are held against a call.</summary>
internal static class CallAuthorization
{
    /// <summary>Checks the caller's grants, and those of the person it acts for: what both have is what counts.</summary>
    public static MeshError? Check(CallState call)
    {
        var tool = call.Instance!;
        if (!tool.IsGrantedBy(call.Member.Grants))
        {
            return CallErrors.NotGranted(call.Request.Target, tool.GrantName, call.Caller, onBehalf: false);
        }

        return call.Person is { } person && person != call.Member && !tool.IsGrantedBy(person.Grants)
            ? CallErrors.NotGranted(call.Request.Target, tool.GrantName, person.Snapshot, onBehalf: true)
            : null;
    }

    /// <summary>
    /// The same for what the call acts on, where grants list what may be acted on. The arguments name it, so that it comes
    /// after they were found valid.
    /// </summary>
    public static MeshError? CheckResource(CallState call) =>
        call.Instance!.Resource is { } right ? CheckResource(call, right, ResourceOf(call, right)) : null;

    /// <summary>The same for one thing of many that a call would see: whether the caller, and the person it acts for, may.</summary>
    public static bool Covers(CallState call, ResourceRight right, string resource) =>
        right.Covers(call.Member.Grants, resource)
        && (call.Person is not { } person || person == call.Member || right.Covers(person.Grants, resource));

    private static MeshError? CheckResource(CallState call, ResourceRight right, string resource)
    {
        if (!right.Covers(call.Member.Grants, resource))
        {
            return CallErrors.NotGranted(call.Request.Target, $"{call.Instance!.GrantName} for '{resource}'", call.Caller, onBehalf: false);
        }

        return call.Person is { } person && person != call.Member && !right.Covers(person.Grants, resource)
            ? CallErrors.NotGranted(call.Request.Target, $"{call.Instance!.GrantName} for '{resource}'", person.Snapshot, onBehalf: true)
            : null;
    }

    private static string ResourceOf(CallState call, ResourceRight right) => call.Request.Arguments.Passed is { } passed
        ? ((IResourceArguments)passed.Values).Resource
        : call.Arguments.GetProperty(right.Argument).GetString()!;
}
