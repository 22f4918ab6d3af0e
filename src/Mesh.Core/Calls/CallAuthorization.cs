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
}
