using Mesh.Contracts;

namespace Mesh.Core.Tests.Journal;

public sealed class MemoryJournalContractTests : JournalContract
{
    protected override IJournal Create() => new MemoryJournal(1_000);
}

/// <summary>A store that keeps entries as JSON needs no more than the interface asks for.</summary>
public sealed class JsonJournalContractTests : JournalContract
{
    protected override IJournal Create() => new JsonJournal();
}
