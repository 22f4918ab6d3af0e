using Mesh.Contracts;

namespace Mesh.Core.Tests.Connections;

public sealed class SerialisedRoomClientStreamTests : RoomClientStreamContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;

    /// <summary>One window from the provider to the room, another from the room to the caller.</summary>
    protected override int Credit => 2 * WireFlow.Window;
}

public sealed class SerialisedRoomClientCallTests : RoomClientCallContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientContentTests : RoomClientContentContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientInputTests : RoomClientInputContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientStreamInputTests : RoomClientStreamInputContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientDeadlineTests : RoomClientDeadlineContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientDepartureTests : RoomClientDepartureContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientLineageTests : RoomClientLineageContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientBudgetTests : RoomClientBudgetContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}
