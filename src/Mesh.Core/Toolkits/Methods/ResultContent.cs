using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>How values of one type become content: what a tool's method returns, or an item that it streams.</summary>
internal abstract class ResultContent(JsonElement? schema)
{
    private static readonly JsonElement Null = JsonElement.Parse("null");

    /// <summary>The schema of the JSON that values become; null when they become something else.</summary>
    public JsonElement? Schema { get; } = schema;

    public static ResultContent Of(Type type, TypeUse use, TypeShapeReader reader)
    {
        if (typeof(ToolResponse).IsAssignableFrom(type) || typeof(ContentPart).IsAssignableFrom(type))
        {
            return new GivenContent();
        }

        if (type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>))
        {
            return new ByteContent();
        }

        var shape = reader.Read(type, use);
        var schema = TypeSchemaWriter.Write(shape, forInput: false);
        return type == typeof(string) ? new StringContent(schema) : new JsonContent(reader.Options.GetTypeInfo(type), shape, schema);
    }

    /// <summary>What enforces the schema on values of a caller's type; null where values are not of that type, or no JSON.</summary>
    public virtual TypeGuard<T>? Guard<T>(PassedType<T> type) => null;

    public abstract ToolResponse ToResponse(object? value, CallContext context);

    public abstract ContentPart ToPart(object? value);

    /// <summary>Content that the method makes itself.</summary>
    private sealed class GivenContent() : ResultContent(null)
    {
        public override ToolResponse ToResponse(object? value, CallContext context) => value switch
        {
            ToolResponse response => response,
            ContentPart part => new ContentResponse(part),
            _ => EmptyResponse.Instance,
        };

        public override ContentPart ToPart(object? value) => value switch
        {
            ContentPart part => part,
            ToolResponse { Parts: [var only] } => only,
            _ => throw new InvalidOperationException("An item of a stream must be one content part."),
        };
    }

    private sealed class ByteContent() : ResultContent(null)
    {
        public override ToolResponse ToResponse(object? value, CallContext context) =>
            value is null ? EmptyResponse.Instance : new FileResponse((BytesPart)ToPart(value));

        public override ContentPart ToPart(object? value) =>
            new BytesPart(value is byte[] array ? array : value is ReadOnlyMemory<byte> memory ? memory : default);
    }

    private sealed class StringContent(JsonElement schema) : ResultContent(schema)
    {
        public override ToolResponse ToResponse(object? value, CallContext context) => value is string text ? new TextResponse(text) : new JsonResponse(Null);

        public override ContentPart ToPart(object? value) =>
            value is string text ? new TextPart(text) : new JsonPart(JsonPayload.FromElement(Null));
    }

    private sealed class JsonContent(JsonTypeInfo type, TypeShape shape, JsonElement schema) : ResultContent(schema)
    {
        private JsonTypeInfo ContentType { get; } = type;

        public override TypeGuard<T>? Guard<T>(PassedType<T> type) =>
            ReferenceEquals(type.Info, ContentType) ? TypeGuard.Compile(shape, type.Info, forInput: false, type.Properties) : null;

        public override ToolResponse ToResponse(object? value, CallContext context) => value switch
        {
            JsonElement element => new JsonResponse(element.Clone()) { OwnsMemory = true },
            null => new JsonResponse(Null),
            _ => Pass(value, context) ?? ResultWriter.Write(value, ContentType, context),
        };

        public override ContentPart ToPart(object? value) => new JsonPart(JsonPayload.FromElement(ToElement(value)));

        private static ToolResponse? Pass(object value, CallContext context) => context.Request.Arguments.Passed is { } call && MethodPassage.Of(call) is { } passage
            ? passage.Pass(call, value, context.Host.Options.MaxResponseBytes)
            : null;

        private JsonElement ToElement(object? value) => value switch
        {
            JsonElement element => element.Clone(),
            null => Null,
            _ => JsonSerializer.SerializeToElement(value, ContentType),
        };
    }
}
