namespace Mesh;

/// <summary>Registering and withdrawing toolkits: the tools <c>room/registerToolkit</c>,
/// <c>room/registerPrivateToolkit</c> and <c>room/unregisterToolkit</c>.</summary>
internal static class RoomRegistrations
{
    public static ValueTask<RegisterToolkitResult> Register(CallState call, RegisterToolkitArguments arguments, bool isPrivate)
    {
        var (provider, toolkit) = (call.Member, arguments.Toolkit);
        Names.CheckToolkit(toolkit.Name);
        var options = OptionsOf(arguments, isPrivate);
        var registration = new ToolkitLease(
            provider,
            arguments.Registration,
            toolkit with { Participant = provider.Snapshot.Name, IsPrivate = isPrivate, AddressedOnly = arguments.AddressedOnly },
            options,
            registration => toolkit.Tools.Select(tool =>
            {
                Names.CheckTool(tool.Name);
                return new ToolInstance(
                    $"{toolkit.Name}/{tool.Name}",
                    Prepare(call, $"Tool '{toolkit.Name}/{tool.Name}'", tool),
                    provider.Receiver.GetInvoker(arguments.Registration, tool.Name),
                    registration)
                {
                    Gate = CallGate.Of(options),
                };
            }));
        return new(new RegisterToolkitResult(Add(call, registration, arguments.Replaces is { } replaced ? Find(call, replaced) : null)));
    }

    public static ValueTask<NoResult> Unregister(CallState call, UnregisterToolkitArguments arguments)
    {
        call.Member.Room.Withdraw(Find(call, arguments.Registration));
        return default;
    }

    public static RegistrationOptions OptionsOf(IOfferArguments arguments, bool isPrivate) => new()
    {
        Private = isPrivate,
        VisibleTo = arguments.VisibleTo,
        AddressedOnly = arguments.AddressedOnly,
        Exclusive = arguments.Exclusive,
        MaxConcurrency = arguments.MaxConcurrency,
        MaxWaiting = arguments.MaxWaiting,
    };

    /// <exception cref="MeshException">The caller has no such registration (<see cref="MeshErrorCode.NotFound"/>).</exception>
    public static Registration Find(CallState call, MeshId id) => call.Member.Room.Tools.FindRegistration(id, call.Member)
        ?? throw new MeshException(new MeshError(MeshErrorCode.NotFound, $"'{call.Caller.Name}' has no registration '{id}'."));

    /// <summary>Offers something, in the place of another thing or not, and says so.</summary>
    /// <returns>How its contracts differ from live ones of the same names.</returns>
    public static IReadOnlyList<string> Add(CallState call, Registration registration, Registration? replaced = null)
    {
        var changes = call.Member.Room.Tools.Add(registration, replaced);
        if (replaced is not null)
        {
            // Said in this order, although the new one was there first: who follows by name ends with what is offered.
            var (ended, withdrawn) = replaced.Retract(null);
            call.Member.Room.Publish(ended, withdrawn);
            replaced.Close();
        }

        var (kind, change) = registration.Announce(changes);
        call.Member.Room.Publish(kind, change);
        if (call.Member.HasLeft)
        {
            // It left between the two: whoever took its registrations away did not see this one.
            call.Member.Room.Withdraw(registration);
        }

        return changes;
    }

    /// <summary>Compiles a contract.</summary>
    /// <param name="call">The call that registers it.</param>
    /// <param name="label">What it is, for messages.</param>
    /// <param name="tool">The contract.</param>
    public static ToolContract Prepare(CallState call, string label, ToolDefinition tool)
    {
        try
        {
            return call.Host.Contracts.Get(tool);
        }
        catch (MeshException exception)
        {
            throw new MeshException(exception.Error with { Message = $"{label}: {exception.Error.Message}" }, exception);
        }
    }
}
