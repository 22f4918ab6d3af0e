namespace Mesh;

/// <summary>Registering and withdrawing toolkits: the tools <c>room/registerToolkit</c>,
/// <c>room/registerPrivateToolkit</c> and <c>room/unregisterToolkit</c>.</summary>
internal static class RoomRegistrations
{
    public static ValueTask<RegisterToolkitResult> Register(CallState call, RegisterToolkitArguments arguments, bool isPrivate)
    {
        var (provider, toolkit) = (call.Member, arguments.Toolkit);
        Names.CheckToolkit(toolkit.Name);
        var options = new RegistrationOptions { Private = isPrivate, VisibleTo = arguments.VisibleTo, AddressedOnly = arguments.AddressedOnly };
        var registration = new Registration(
            provider,
            arguments.Registration,
            toolkit with { Participant = provider.Snapshot.Name, IsPrivate = isPrivate, AddressedOnly = arguments.AddressedOnly },
            options,
            registration => toolkit.Tools.Select(tool =>
            {
                Names.CheckTool(tool.Name);
                return new ToolInstance(
                    $"{toolkit.Name}/{tool.Name}",
                    Prepare(call, toolkit, tool),
                    provider.Receiver.GetInvoker(arguments.Registration, tool.Name),
                    registration);
            }));
        return new(new RegisterToolkitResult(Add(call, registration)));
    }

    public static ValueTask<NoResult> Unregister(CallState call, UnregisterToolkitArguments arguments)
    {
        var registration = call.Member.Room.Tools.FindRegistration(arguments.Registration, call.Member)
            ?? throw new MeshException(new MeshError(MeshErrorCode.NotFound, $"'{call.Caller.Name}' has no registration '{arguments.Registration}'."));
        call.Member.Room.Withdraw(registration);
        return default;
    }

    private static IReadOnlyList<string> Add(CallState call, Registration registration)
    {
        var changes = call.Member.Room.Tools.Add(registration);
        call.Member.Room.Publish(RoomEventKinds.ToolkitRegistered, ToolkitChange.Of(registration, changes));
        if (call.Member.HasLeft)
        {
            // It left between the two: whoever took its registrations away did not see this one.
            call.Member.Room.Withdraw(registration);
        }

        return changes;
    }

    private static ToolContract Prepare(CallState call, ToolkitInfo toolkit, ToolDefinition tool)
    {
        try
        {
            return call.Host.Contracts.Get(tool);
        }
        catch (MeshException exception)
        {
            throw new MeshException(exception.Error with { Message = $"Tool '{toolkit.Name}/{tool.Name}': {exception.Error.Message}" }, exception);
        }
    }
}
