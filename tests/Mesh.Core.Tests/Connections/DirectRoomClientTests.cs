using Mesh.Contracts;
using Mesh.Core.Tests.Diagnostics;

namespace Mesh.Core.Tests.Connections;

public sealed class DirectRoomClientStreamTests : RoomClientStreamContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;

    protected override int Credit => 0;
}

public sealed class DirectRoomClientCallTests : RoomClientCallContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientContentTests : RoomClientContentContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientInputTests : RoomClientInputContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientStreamInputTests : RoomClientStreamInputContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientDeadlineTests : RoomClientDeadlineContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientDepartureTests : RoomClientDepartureContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientLineageTests : RoomClientLineageContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientBudgetTests : RoomClientBudgetContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientApprovalTests : RoomClientApprovalContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientFilterTests : RoomClientFilterContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientIdempotencyTests : RoomClientIdempotencyContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientExplainTests : RoomClientExplainContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientRegistrationTests : RoomClientRegistrationContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientSharingTests : RoomClientSharingContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientInviteTests : RoomClientInviteContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientScatterTests : RoomClientScatterContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientLimitTests : RoomClientLimitContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientPresenceTests : RoomClientPresenceContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientEventTests : RoomClientEventContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientFailureTests : RoomClientFailureContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientLifeTests : RoomClientLifeContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientServiceTests : RoomClientServiceContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientGatherTests : RoomClientGatherContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientRecheckTests : RoomClientRecheckContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientHandleTests : RoomClientHandleContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientJournalTests : RoomClientJournalContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientSchemaTests : RoomClientSchemaContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

[Collection(TelemetryTestGroup.Name)]
public sealed class DirectRoomClientTelemetryTests : RoomClientTelemetryContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

[Collection(TelemetryTestGroup.Name)]
public sealed class DirectRoomClientTelemetryStreamTests : RoomClientTelemetryStreamContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientSchemaChangeTests : RoomClientSchemaChangeContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientCaptureTests : RoomClientCaptureContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientQueueTests : RoomClientQueueContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientStateTests : RoomClientStateContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientAgentTests : RoomClientAgentContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientSpendingTests : RoomClientSpendingContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientAgentCatalogueTests : RoomClientAgentCatalogueContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientUsageTests : RoomClientUsageContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientAgentBackgroundTests : RoomClientAgentBackgroundContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientAgentLifeTests : RoomClientAgentLifeContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientApprovalChainTests : RoomClientApprovalChainContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientApprovalObserverTests : RoomClientApprovalObserverContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientSingleRoomAgentTests : RoomClientSingleRoomAgentContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientRequirementTests : RoomClientRequirementContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientTaskRunnerTests : RoomClientTaskRunnerContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientAgentToolkitTests : RoomClientAgentToolkitContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientQueueWorkerTests : RoomClientQueueWorkerContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}

public sealed class DirectRoomClientAgentGateTests : RoomClientAgentGateContract
{
    protected override ConnectionKind Connection => ConnectionKind.Direct;
}
