using Mesh.Benchmarks.Comparing;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>Every figure that <c>compare</c> knows.</summary>
internal static class AllComparisons
{
    public static IReadOnlyList<Comparison> InOrder { get; } =
    [
        new CallJson(),
        new CallJsonBytes(),
        new CallUtf8(),
        new CallTyped(),
        new AskJson(),
        new AskTyped(),
        new AskQueued(),
        new StreamItem(),
        new TreeDepth5(),
        new CatalogueList(),
        new AgentDeath(),
        new EventFanout(),
        new RoomJoin(),
        new RoomChurn(),
        new RoomIdleBytes(),
        new RoomIdleCpu(),
        new JournalAppend(),
        new SchemaSmall(),
        new SchemaSmallUtf8(),
        new SchemaMedium(),
        new SchemaMediumInvalid(),
        new SchemaBuild(),
        new SchemaAllocated(),
        new SchemaAllocatedByTwo(),
        new QueueRoundTrip(),
        new TelemetryOn(),
        new StatePut(),
        new StateCas(),
        new McpImport(),
        new McpLoop(),
        new McpServe(),
        new McpServeBytes(),
        new McpList(),
        new McpListHandler(),
        new McpHttp(),
        new McpHttpApi(),
        new McpOverload(),
        new McpSessionsMegabytes(),
        new LlmTurn(),
        new LlmTurnBytes(),
        new BudgetOverspend(),
        new ThreadOpen(),
        new LlmDelta(),
        new LlmThousand(),
    ];

    public static Comparison? Find(string id) => InOrder.FirstOrDefault(comparison => comparison.Id == id);
}
