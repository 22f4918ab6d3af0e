namespace Mesh;

/// <summary>The resolve stage of the call path: from an address to the registration that will serve the call.</summary>
internal static class CallResolution
{
    public static MeshError? Resolve(CallState call)
    {
        var target = call.Request.Target;
        var instance = RoomToolkit.Find(target) ?? call.Room.Tools.Find(target, call.Caller, call.RootCaller);
        if (instance is null)
        {
            return target.Participant is { } name && call.Room.FindMember(name) is null
                ? CallErrors.ParticipantNotFound(target, call.Room)
                : CallErrors.ToolNotFound(target, call.Room);
        }

        call.Instance = instance;
        return call.Request.ContractHash is { } hash && hash != instance.Contract.Definition.ContractHash
            ? CallErrors.ContractChanged(target)
            : null;
    }
}
