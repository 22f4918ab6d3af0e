using Mesh.Contracts;
using Mesh.Core.Tests.Diagnostics;

namespace Mesh.Core.Tests.Connections;

public sealed class SerialisedRoomClientStreamTests : RoomClientStreamContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;

    // Once from the provider to the room, and once from the room to the caller.
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

public sealed class SerialisedRoomClientApprovalTests : RoomClientApprovalContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientFilterTests : RoomClientFilterContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientIdempotencyTests : RoomClientIdempotencyContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientExplainTests : RoomClientExplainContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientRegistrationTests : RoomClientRegistrationContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientSharingTests : RoomClientSharingContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientInviteTests : RoomClientInviteContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientScatterTests : RoomClientScatterContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientLimitTests : RoomClientLimitContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientPresenceTests : RoomClientPresenceContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientEventTests : RoomClientEventContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientFailureTests : RoomClientFailureContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientLifeTests : RoomClientLifeContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientServiceTests : RoomClientServiceContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientGatherTests : RoomClientGatherContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientRecheckTests : RoomClientRecheckContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientHandleTests : RoomClientHandleContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientJournalTests : RoomClientJournalContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientSchemaTests : RoomClientSchemaContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

[Collection(TelemetryTestGroup.Name)]
public sealed class SerialisedRoomClientTelemetryTests : RoomClientTelemetryContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

[Collection(TelemetryTestGroup.Name)]
public sealed class SerialisedRoomClientTelemetryStreamTests : RoomClientTelemetryStreamContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientSchemaChangeTests : RoomClientSchemaChangeContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientCaptureTests : RoomClientCaptureContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientQueueTests : RoomClientQueueContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientStateTests : RoomClientStateContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientAgentTests : RoomClientAgentContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientSpendingTests : RoomClientSpendingContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientAgentCatalogueTests : RoomClientAgentCatalogueContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientUsageTests : RoomClientUsageContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientAgentBackgroundTests : RoomClientAgentBackgroundContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientAgentLifeTests : RoomClientAgentLifeContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientApprovalChainTests : RoomClientApprovalChainContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientApprovalObserverTests : RoomClientApprovalObserverContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientSingleRoomAgentTests : RoomClientSingleRoomAgentContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientRequirementTests : RoomClientRequirementContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientTaskRunnerTests : RoomClientTaskRunnerContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientAgentToolkitTests : RoomClientAgentToolkitContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientQueueWorkerTests : RoomClientQueueWorkerContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}

public sealed class SerialisedRoomClientAgentGateTests : RoomClientAgentGateContract
{
    protected override ConnectionKind Connection => ConnectionKind.Serialised;
}
