using Mesh.Contracts;

namespace Mesh.Core.Tests.Connections;

public sealed class ConnectionCoverageTests
{
    [Fact]
    public void Every_contract_of_RoomClient_is_run_on_every_connection()
    {
        var contracts = typeof(RoomClientContract).Assembly.GetTypes().Where(type => type.IsAbstract && type.BaseType == typeof(RoomClientContract)).ToArray();
        var suites = typeof(ConnectionCoverageTests).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(RoomClientContract))).ToArray();
        var missing =
            from contract in contracts
            from kind in Enum.GetNames<ConnectionKind>()
            where !suites.Any(suite => suite.BaseType == contract && suite.Name.StartsWith(kind, StringComparison.Ordinal))
            select $"{kind}: {contract.Name}";
        Assert.NotEmpty(contracts);
        Assert.Empty(missing);
    }
}
