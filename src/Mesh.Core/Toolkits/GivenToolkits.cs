namespace Mesh;

/// <summary>Private toolkits that callers give to the agents that they ask, for the time of the call and within its tree.</summary>
internal static class GivenToolkits
{
    /// <summary>Whether a call may give what it names: to an agent that supports it, and of the caller's own.</summary>
    public static MeshError? Check(CallState call, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            return null;
        }

        if (call.Instance!.Registration is not AgentLease { Agent.Contract.SupportsTools: true })
        {
            return CallErrors.ToolsNotSupported(call.Request.Target);
        }

        if (names.Count > CallLimits.MostToolkits)
        {
            return CallErrors.TooManyToolkits(call.Request.Target);
        }

        foreach (string name in names)
        {
            if (!call.Member.Room.Tools.HasGiveable(call.Member, name))
            {
                return CallErrors.NoToolkitToGive(call.Request.Target, name, call.Caller);
            }
        }

        return null;
    }

    /// <summary>Whether a registration was given with a call around this one.</summary>
    public static bool Include(Registration registration, CallState call)
    {
        for (var around = call.Parent; around is not null; around = around.Parent)
        {
            if (around.Request.Toolkits is { } names && around.Member == registration.Provider && IsOneOf(registration, names))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a registration is a private toolkit of one of these names.</summary>
    public static bool IsOneOf(Registration registration, IReadOnlyList<string> names) =>
        registration is ToolkitLease { IsPrivate: true } toolkit && names.Contains(toolkit.Name, StringComparer.Ordinal);
}
