using System.Buffers;
using System.Text.Json;

namespace Mesh.Testing;

/// <summary>A file of recorded exchanges. Not thread-safe: its client takes care.</summary>
internal sealed class Cassette(string path)
{
    private const string Format = "mesh-cassette/1";

    public string Path => path;

    public string FullPath { get; } = System.IO.Path.GetFullPath(path);

    public string? Provider { get; init; }

    public string? Model { get; init; }

    public List<CassetteExchange> Exchanges { get; } = [];

    /// <exception cref="InvalidDataException">It is no cassette.</exception>
    public static Cassette Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format", out var format) || format.GetString() != Format)
            {
                throw new InvalidDataException($"'{path}' is no cassette: its 'format' is not '{Format}'.");
            }

            var cassette = new Cassette(path) { Provider = TextOf(root, "provider"), Model = TextOf(root, "model") };
            IReadOnlyList<string> before = [];
            foreach (var each in root.GetProperty("exchanges").EnumerateArray())
            {
                var exchange = ReadExchange(each, before);
                cassette.Exchanges.Add(exchange);
                before = exchange.Asked;
            }

            return cassette;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or NotSupportedException)
        {
            throw new InvalidDataException($"Cassette '{path}' cannot be read: {exception.Message} Mend it, or delete it and record it anew.", exception);
        }
    }

    public byte[] ToUtf8()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, CassetteJson.File))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            WriteText(json, "provider", Provider);
            WriteText(json, "model", Model);
            json.WriteStartArray("exchanges");
            IReadOnlyList<string> before = [];
            foreach (var exchange in Exchanges)
            {
                Write(json, exchange, before);
                before = exchange.Asked;
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Replaces the file at once.</summary>
    public async Task SaveAsync(byte[] utf8)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(FullPath)!);
        string beside = $"{FullPath}.new";
        await File.WriteAllBytesAsync(beside, utf8).ConfigureAwait(false);
        File.Move(beside, FullPath, overwrite: true);
    }

    private static CassetteExchange ReadExchange(JsonElement json, IReadOnlyList<string> before)
    {
        int same = json.TryGetProperty("linesAsBefore", out var count) ? count.GetInt32() : 0;
        if (same < 0 || same > before.Count)
        {
            throw new FormatException($"'linesAsBefore' is {same}, and the exchange before has {before.Count} lines.");
        }

        var exchange = new CassetteExchange([.. before.Take(same), .. json.GetProperty("asked").EnumerateArray().Select(line => line.GetString() ?? "")]) { End = CassetteEnd.Whole };
        foreach (var update in json.GetProperty("answer").EnumerateArray())
        {
            string text = update.GetRawText();
            CassetteExchange.ReadUpdate(text);
            exchange.Add(text);
        }

        if (json.TryGetProperty("failure", out var failure))
        {
            exchange.End = CassetteEnd.Failed;
            exchange.Failure = new(TextOf(failure, "type") ?? nameof(Exception), failure.TryGetProperty("status", out var status) ? status.GetInt32() : null);
        }
        else if (json.TryGetProperty("left", out var left) && left.GetBoolean())
        {
            exchange.End = CassetteEnd.Left;
        }

        return exchange;
    }

    private static void Write(Utf8JsonWriter json, CassetteExchange exchange, IReadOnlyList<string> before)
    {
        int same = 0;
        while (same < before.Count && same < exchange.Asked.Count && before[same] == exchange.Asked[same])
        {
            same++;
        }

        json.WriteStartObject();
        if (same > 0)
        {
            json.WriteNumber("linesAsBefore", same);
        }

        json.WriteStartArray("asked");
        foreach (string line in exchange.Asked.Skip(same))
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
        json.WriteStartArray("answer");
        foreach (string update in exchange.Answer)
        {
            // The writer indents nothing that is raw.
            json.WriteRawValue($"\n        {update}");
        }

        json.WriteEndArray();
        if (exchange.Failure is { } failure)
        {
            json.WriteStartObject("failure");
            json.WriteString("type", failure.Type);
            if (failure.Status is { } status)
            {
                json.WriteNumber("status", status);
            }

            json.WriteEndObject();
        }
        else if (exchange.End == CassetteEnd.Left)
        {
            json.WriteBoolean("left", true);
        }

        json.WriteEndObject();
    }

    private static string? TextOf(JsonElement json, string name) => json.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
