using System.Text.Json;
using Mesh.Benchmarks.Inputs;

namespace Mesh.Benchmarks.Scenes;

/// <summary>
/// A schema with an instance, already parsed, beside the peer of all that is done with the two: parsing the same bytes
/// with <see cref="JsonDocument"/>. No work here leaves its thread or waits.
/// </summary>
internal sealed class SchemaScene(byte[] schemaText, byte[] instanceText)
{
    private readonly CompiledSchema _schema = CompiledSchema.Compile(JsonElement.Parse(schemaText));
    private readonly JsonElement _schemaElement = JsonElement.Parse(schemaText);
    private readonly JsonElement _instance = JsonElement.Parse(instanceText);

    public static SchemaScene Small() => new(FigureInputs.Schema("small"), FigureInputs.ValidInstance("small"));

    public static SchemaScene Medium() => new(FigureInputs.Schema("medium"), FigureInputs.ValidInstance("medium"));

    /// <summary>The medium schema with an instance that fails it in several places.</summary>
    public static SchemaScene InvalidMedium() => new(FigureInputs.Schema("medium"), FigureInputs.InvalidInstance("medium"));

    /// <summary>Asks whether the parsed instance is valid; it must be.</summary>
    public Task ValidateAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Sink.TakeAnswer(_schema.IsValid(_instance));
        }

        return Task.CompletedTask;
    }

    /// <summary>The same from UTF-8, parsing included.</summary>
    public Task ValidateUtf8Async(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Sink.TakeAnswer(_schema.IsValid(instanceText));
        }

        return Task.CompletedTask;
    }

    /// <summary>Collects all failures of the parsed instance; there must be some.</summary>
    public Task CollectFailuresAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Sink.TakeAnswer(_schema.Validate(_instance).Count > 1);
        }

        return Task.CompletedTask;
    }

    /// <summary>Prepares the schema anew.</summary>
    public Task CompileAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Sink.TakeAnswer(CompiledSchema.Compile(_schemaElement).Source.ValueKind == JsonValueKind.Object);
        }

        return Task.CompletedTask;
    }

    /// <summary>Parses the instance, and gives it back.</summary>
    public Task ParseInstanceAsync(int times) => ParseAsync(instanceText, times);

    /// <summary>Parses the schema, and gives it back.</summary>
    public Task ParseSchemaAsync(int times) => ParseAsync(schemaText, times);

    private static Task ParseAsync(byte[] json, int times)
    {
        for (int i = 0; i < times; i++)
        {
            using var document = JsonDocument.Parse(json);
            Sink.Take(document.RootElement);
        }

        return Task.CompletedTask;
    }
}
