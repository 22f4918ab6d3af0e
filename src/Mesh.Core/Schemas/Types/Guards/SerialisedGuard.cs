using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>The long way: writes the value and validates what was written.</summary>
internal sealed class SerialisedGuard(TypeShape shape, JsonTypeInfo type, bool forInput)
{
    private readonly Lazy<CompiledSchema> _schema = new(() =>
        CompiledSchema.Compile(TypeSchemaWriter.Write(shape, forInput), new SchemaOptions { AssertFormats = true }));

    public bool Accepts(object? value, int maxBytes)
    {
        BoundedBuffer buffer = new(Math.Min(SchemaOptions.Default.MaxInstanceBytes, maxBytes));
        using (Utf8JsonWriter writer = new(buffer, new() { Encoder = type.Options.Encoder, MaxDepth = type.Options.MaxDepth, SkipValidation = true }))
            JsonSerializer.Serialize(writer, value, type);
        // Nobody can tell any more whether this was half of a surrogate pair.
        return !HasReplacement(buffer.Written) && _schema.Value.IsValid(buffer.Written);
    }

    private static bool HasReplacement(ReadOnlySpan<byte> json) => json.IndexOf(@"\uFFFD"u8) >= 0 || json.IndexOf("\uFFFD"u8) >= 0;

    /// <summary>Stops the serializer once there is more than could be accepted: an enumerable need not end.</summary>
    private sealed class BoundedBuffer(int limit) : IBufferWriter<byte>
    {
        private readonly ArrayBufferWriter<byte> _buffer = new();

        public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

        public void Advance(int count)
        {
            _buffer.Advance(count);
            if (_buffer.WrittenCount > limit)
                throw new InvalidOperationException($"The value has more than {limit} bytes as JSON.");
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _buffer.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => _buffer.GetSpan(sizeHint);
    }
}
