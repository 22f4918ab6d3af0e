using System.Text.Json;

namespace Mesh;

/// <summary>What changed from one definition of a tool to another, for those who call it.</summary>
internal static class ToolDiff
{
    public static IReadOnlyList<SchemaDifference> Compare(ToolDefinition old, ToolDefinition now)
    {
        var differences = new List<SchemaDifference>();
        differences.AddRange(Schemas("arguments", old.InputSchema, now.InputSchema, SchemaDirection.Input));
        differences.AddRange(Schemas("result", old.OutputSchema, now.OutputSchema, SchemaDirection.Output));
        differences.AddRange(Schemas("streamed items", old.ChunkSchema, now.ChunkSchema, SchemaDirection.Output));
        differences.AddRange(Schemas("streamed input", old.InputChunkSchema, now.InputChunkSchema, SchemaDirection.Input));
        Flag(old.Streams, now.Streams, "streams its answer");
        Flag(old.TakesStream, now.TakesStream, "reads a stream of input");
        Promise(old.Annotations.ReadOnly, now.Annotations.ReadOnly, "is read-only");
        Promise(old.Annotations.Idempotent, now.Annotations.Idempotent, "is idempotent");
        Promise(!old.Annotations.Destructive, !now.Annotations.Destructive, "destroys nothing");
        Promise(!old.RequiresApproval, !now.RequiresApproval, "needs no approval");
        return differences;

        void Flag(bool was, bool isNow, string what)
        {
            if (was != isNow)
            {
                differences.Add(new("", was ? $"the tool no longer {what}" : $"the tool now {what}", true));
            }
        }

        void Promise(bool was, bool isNow, string what)
        {
            if (was != isNow)
            {
                differences.Add(new("", was ? $"the tool no longer says that it {what}" : $"the tool now says that it {what}", was));
            }
        }
    }

    public static string Describe(SchemaDifference difference) =>
        difference.Path.Length == 0 ? difference.Sentence : $"{difference.Path} {difference.Sentence}";

    private static IEnumerable<SchemaDifference> Schemas(string what, JsonElement? old, JsonElement? now, SchemaDirection direction)
    {
        if (old is { } before && now is { } after)
        {
            return ContractDiff.Compare(before, after, direction).Differences.Select(each => each with { Sentence = $"{each.Sentence} ({what})" });
        }

        return old is null && now is null ? []
            : [new SchemaDifference("", old is null ? $"there is now a schema of the {what}" : $"there is no longer a schema of the {what}", IsBreaking: old is not null || direction == SchemaDirection.Input)];
    }
}
