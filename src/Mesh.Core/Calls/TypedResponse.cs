using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// A result that has come out of its tool by reference, held against the tool's output schema on its way. Nobody but the
/// prepared handle that made the call sees it as such: for all others it is the <see cref="JsonResponse"/> that
/// <see cref="ToJson"/> makes.
/// </summary>
internal abstract class TypedResponse : ToolResponse
{
    private protected TypedResponse()
    {
    }

    public sealed override IReadOnlyList<ContentPart> Parts => ToJson().Parts;

    internal sealed override long Size => 0;

    public JsonResponse ToJson() => new(JsonPayload.FromUtf8(Write())) { OwnsMemory = true };

    protected abstract byte[] Write();
}

/// <summary>A result of a type that is known where it is used.</summary>
internal sealed class TypedResponse<T>(T value, JsonTypeInfo<T> type) : TypedResponse
{
    public T Value { get; } = value;

    protected override byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(Value, type);
}
