using System.Text.Json;

namespace Mesh;

/// <summary>What changed from one definition of a tool to another. Schemas are compared part by part.</summary>
internal static class ToolDiff
{
    public static IReadOnlyList<ContractDifference> Compare(ToolDefinition old, ToolDefinition now)
    {
        var differences = new List<ContractDifference>();
        Schemas(ContractPart.Arguments, old.InputSchema, now.InputSchema);
        Schemas(ContractPart.Result, old.OutputSchema, now.OutputSchema);
        Schemas(ContractPart.StreamedItems, old.ChunkSchema, now.ChunkSchema);
        Schemas(ContractPart.StreamedInput, old.InputChunkSchema, now.InputChunkSchema);
        if (old.Name != now.Name)
        {
            Add(ContractPart.Tool, $"The tool was '{old.Name}' and is now '{now.Name}'.", breaksCallers: true, breaksProviders: true);
        }

        Flag(old.Streams, now.Streams, "streams its answer");
        Flag(old.TakesStream, now.TakesStream, "reads a stream of input");
        Promise(old.Annotations.ReadOnly, now.Annotations.ReadOnly, "is read-only");
        Promise(old.Annotations.Idempotent, now.Annotations.Idempotent, "is idempotent");
        Promise(!old.Annotations.Destructive, !now.Annotations.Destructive, "destroys nothing");
        Promise(!old.Annotations.OpenWorld, !now.Annotations.OpenWorld, "stays within its own host");
        Promise(!old.RequiresApproval, !now.RequiresApproval, "needs no approval");
        return differences;

        void Add(ContractPart part, string message, bool breaksCallers, bool breaksProviders) =>
            differences.Add(new(part, "", message, breaksCallers, breaksProviders));

        void Schemas(ContractPart part, JsonElement? before, JsonElement? after)
        {
            // What callers send may become freer for them, what they receive may become narrower.
            bool isSent = part is ContractPart.Arguments or ContractPart.StreamedInput;
            if (before is null && after is null)
            {
                return;
            }

            if (before is { } oldSchema && after is { } newSchema)
            {
                differences.AddRange(ContractDiff.CompareCompiled(oldSchema, newSchema, part));
                if (old.AssertsFormats != now.AssertsFormats && (HasFormats(oldSchema) || HasFormats(newSchema)))
                {
                    bool isNarrower = now.AssertsFormats;
                    Add(part, isNarrower ? "'format' is checked now." : "'format' is no longer checked.", isNarrower == isSent, isNarrower != isSent);
                }
            }
            else if (part is ContractPart.StreamedItems or ContractPart.StreamedInput)
            {
                // Items without a schema are bytes.
                Add(part, before is null ? "The items are JSON now." : "The items are no longer JSON.", breaksCallers: true, breaksProviders: true);
            }
            else
            {
                bool isNarrower = before is null;
                Add(part, isNarrower ? "There is now a schema." : "There is no schema any more.", isNarrower == isSent, isNarrower != isSent);
            }
        }

        void Flag(bool was, bool isNow, string what)
        {
            if (was != isNow)
            {
                Add(ContractPart.Tool, was ? $"The tool no longer {what}." : $"The tool now {what}.", breaksCallers: true, breaksProviders: true);
            }
        }

        void Promise(bool was, bool isNow, string what)
        {
            if (was != isNow)
            {
                Add(ContractPart.Tool, was ? $"The tool no longer says that it {what}." : $"The tool now says that it {what}.", breaksCallers: was, breaksProviders: isNow);
            }
        }
    }

    private static bool HasFormats(JsonElement schema) => schema.GetRawText().Contains("\"format\"", StringComparison.Ordinal);
}
