namespace Mesh;

/// <summary>The resolve stage of the call path: from an address to the registration that will serve the call.</summary>
internal static class CallResolution
{
    public static MeshError? Resolve(CallState call)
    {
        var (target, tools) = (call.Request.Target, call.Member.Room.Tools);
        var handle = call.Request.Arguments.Passed?.Passages;
        if (handle?.Recall(tools) is { } known)
        {
            call.Instance = known;
            return CheckContract(call);
        }

        int version = tools.Version;
        var instance = BuiltInToolkits.Find(target) ?? tools.Find(target, call.Member, call.RootMember);
        if (instance is null)
        {
            return target.Participant is { } name && call.Member.Room.FindMember(name) is null
                ? CallErrors.ParticipantNotFound(target, call.Member.Room)
                : CallErrors.ToolNotFound(target, call.Member.Room);
        }

        if (handle is not null && target.Participant is null && tools.IsTheOnlyOne(instance))
        {
            handle.Remember(tools, version, instance);
        }

        call.Instance = instance;
        return CheckContract(call);
    }

    /// <summary>
    /// Makes sure that the call is still served by the definition that it was approved with: by the same registration,
    /// or, where that was withdrawn, by another one of the same definition.
    /// </summary>
    public static MeshError? Confirm(CallState call, string definitionHash)
    {
        if (call.Instance!.Registration is not { } registration || call.Member.Room.Tools.FindRegistration(registration.Id, registration.Provider) == registration)
        {
            return null;
        }

        return Resolve(call) ?? (call.Instance.Contract.Definition.DefinitionHash == definitionHash ? null : CallErrors.ApprovalStale(call.Request.Target));
    }

    /// <summary>Finds another registration for a second attempt; after an approval only one of the definition that was approved.</summary>
    public static MeshError? ResolveRetry(CallState call, CallState retry) => Resolve(retry)
        ?? (!call.WasApproved || retry.Instance!.Contract.Definition.DefinitionHash == call.Instance!.Contract.Definition.DefinitionHash
            ? null
            : CallErrors.ApprovalStale(call.Request.Target));

    private static MeshError? CheckContract(CallState call)
    {
        var (target, instance) = (call.Request.Target, call.Instance!);
        if (instance.Background is { } agent && !(agent.Streams && call.IsStreaming))
        {
            return CallErrors.NotInvocable(agent);
        }

        return call.Request.ContractHash is { } hash && hash != instance.Contract.Definition.ContractHash
            ? CallErrors.ContractChanged(target)
            : null;
    }
}
