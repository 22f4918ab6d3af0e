namespace Mesh;

/// <summary>What of a tool's contract a difference lies in.</summary>
public enum ContractPart
{
    /// <summary>The tool as such: its name, its streaming, what it says about its effects.</summary>
    Tool,

    /// <summary>The arguments, which callers send (<see cref="ToolDefinition.InputSchema"/>).</summary>
    Arguments,

    /// <summary>The result, which callers receive (<see cref="ToolDefinition.OutputSchema"/>).</summary>
    Result,

    /// <summary>The items that a tool streams, which callers receive (<see cref="ToolDefinition.ChunkSchema"/>).</summary>
    StreamedItems,

    /// <summary>The items that callers stream to a tool (<see cref="ToolDefinition.InputChunkSchema"/>).</summary>
    StreamedInput,
}

/// <summary>One difference between two contracts.</summary>
/// <param name="Part">What it lies in.</param>
/// <param name="Path">Where in the described value: <c>/days</c>, <c>/lines/*</c> for every item or every property without a
/// name of its own; empty for the value itself, and for the tool as such.</param>
/// <param name="Message">What was and what is now, as a sentence: <c>'maximum' was 9 and is now 5.</c></param>
/// <param name="BreaksCallers">Whether who calls by the old contract may fail with a provider of the new one.</param>
/// <param name="BreaksProviders">Whether who provides by the old contract may fail callers of the new one.</param>
public sealed record ContractDifference(ContractPart Part, string Path, string Message, bool BreaksCallers, bool BreaksProviders)
{
    /// <summary>Path, message, part, and for whom it breaks, as one line.</summary>
    public override string ToString()
    {
        string whom = (BreaksCallers, BreaksProviders) switch
        {
            (true, true) => "breaks callers and providers: ",
            (true, false) => "breaks callers: ",
            (false, true) => "breaks providers: ",
            _ => "",
        };
        return whom + Describe();
    }

    /// <summary>The same without whom it breaks.</summary>
    internal string Describe()
    {
        string part = Part switch
        {
            ContractPart.Arguments => " (arguments)",
            ContractPart.Result => " (result)",
            ContractPart.StreamedItems => " (streamed items)",
            ContractPart.StreamedInput => " (streamed input)",
            _ => "",
        };
        return Path.Length == 0 ? Message + part : $"{Path} {Message}{part}";
    }
}
